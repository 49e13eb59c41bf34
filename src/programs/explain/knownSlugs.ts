// Every slug that a data directory and its input know, for a suggestion when one was asked for that they do not.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { slugOf } from "../../services/durability/LineCodec.ts"
import { scanLines } from "../../services/durability/Lines.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { captureJournals } from "../../services/journal/JournalFiles.ts"

export const knownSlugs = Effect.fnUntraced(function*(source: ItemSource | undefined) {
  const data = yield* DataDirectory
  const slugs = new Set<string>()
  if (source !== undefined) {
    yield* Stream.runForEach(source.items, ({ slug }) => Effect.sync(() => slugs.add(slug)))
  }
  const journals = (yield* captureJournals(data)).map(({ path }) => path)
  for (const file of [data.successes, data.rejects, ...journals]) {
    yield* scanLines(file, {}, (line) => {
      const slug = slugOf(line)
      if (slug !== undefined) slugs.add(slug)
    })
  }
  return slugs
})
