// One thing that the job wants, had from where it is: the row, a file, a page, a plug-in.
import * as Effect from "effect/Effect"
import type { Disk } from "../durability/Disk.ts"
import type { Item, Json } from "../items/Item.ts"
import type { EvidenceSettings } from "../job/Job.ts"
import { nowIso } from "../Time.ts"
import { cleanText } from "./CleanText.ts"
import type { EvidencePlugin } from "./EvidencePlugins.ts"
import { readInside } from "./FileEvidence.ts"
import { found, joined, missed } from "./Gathered.ts"
import type { Gathered } from "./Gathered.ts"
import { languageOf } from "./Language.ts"
import type { Pages } from "./Pages.ts"
import { judgePage } from "./verdict/PageVerdict.ts"
import type { WantedOne } from "./Wanted.ts"

interface Sources {
  readonly disk: Disk["Service"]
  /** Files of a row stay in it. */
  readonly folder: string
  readonly pages: Pages
  readonly plugins: { readonly [name: string]: EvidencePlugin }
  readonly settings: EvidenceSettings
}

/** By what the item is known: for telling whether a page is about it. */
const namesOf = ({ fields, slug }: Item): ReadonlyArray<string> =>
  [slug, fields["name"], fields["title"]].filter((name: Json | undefined) =>
    typeof name === "string"
  )

const titleAndLanguage = (title: string | undefined, language: string | null | undefined) => ({
  ...(title === undefined || title === "" ? {} : { title }),
  ...(language === undefined || language === null ? {} : { language })
})

/** Never fails: what cannot be had is a miss. */
export const makeObtain = ({ disk, folder, pages, plugins, settings }: Sources) => {
  const fromFile = (name: string): Effect.Effect<Gathered> =>
    Effect.matchEffect(readInside(disk, folder, name, settings.fetchBytesMax), {
      onFailure: (miss) => Effect.succeed(missed("file", name, miss)),
      onSuccess: ({ hidden, text: raw, title }) =>
        Effect.gen(function*() {
          const text = cleanText(raw)
          const told = titleAndLanguage(title, yield* languageOf(text))
          return found({ kind: "file", name, at: yield* nowIso, text, hidden, ...told })
        })
    })

  const fromUrl = (name: string, item: Item, fresh: boolean): Effect.Effect<Gathered> =>
    Effect.match(pages.read(name, fresh), {
      onFailure: (miss) => missed("url", name, miss),
      onSuccess: (page) => {
        const signs = { ...page, asked: page.url, url: page.finalUrl }
        const against = page.isHtml
          ? judgePage(signs, namesOf(item), settings.pageMinChars)
          : undefined
        if (against !== undefined) return missed("url", name, against)
        const { at, finalUrl: url, hidden, language, text, title } = page
        const told = titleAndLanguage(title, language)
        return found({ kind: "url", name, at, text, url, hidden, ...told })
      }
    })

  const fromPlugin = (name: string, options: unknown, item: Item): Effect.Effect<Gathered> =>
    Effect.suspend(() => plugins[name]!(item, options)).pipe(
      Effect.catchDefect((defect) =>
        Effect.fail({ cause: "Network" as const, reason: `the plug-in broke: ${String(defect)}` })
      ),
      Effect.matchEffect({
        onFailure: (miss) => Effect.succeed(missed("plugin", name, miss)),
        onSuccess: (texts) =>
          Effect.map(nowIso, (at) =>
            texts.length === 0
              ? missed("plugin", name, { cause: "NotFound", reason: "it found nothing" })
              : joined(
                texts.map(({ name: part, text }) =>
                  found({ kind: "plugin", name: `${name}/${part}`, at, text: cleanText(text) })
                )
              ))
      })
    )

  const obtain = (
    wanted: WantedOne,
    item: Item,
    at: string,
    fresh: boolean
  ): Effect.Effect<Gathered> => {
    switch (wanted._tag) {
      // A plain value: whoever gathers several at once makes no fiber for it.
      case "Text":
        return Effect.succeed(
          found({ kind: wanted.kind, name: wanted.name, at, text: cleanText(wanted.text) })
        )
      case "File":
        return fromFile(wanted.name)
      case "Url":
        return fromUrl(wanted.name, item, fresh)
      case "Plugin":
        return fromPlugin(wanted.name, wanted.options, item)
      case "Missing":
        return Effect.succeed(missed(wanted.kind, wanted.name, wanted))
    }
  }
  return obtain
}
