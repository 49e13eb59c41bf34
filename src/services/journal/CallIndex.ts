// Where every answered call of every run stands in the journals, by slug: the answers themselves stay on disk.
//
// Some 200 bytes an answer, however long it is. Damaged lines, and the unterminated end of a journal, are passed over.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import { DataDirectory } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import type { Generated } from "../generation/Generated.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import type { Opinion } from "../judge/Opinion.ts"
import { decodeEvent, readEntry } from "./EventCodec.ts"
import { toGenerated } from "./ItemHistory.ts"
import { captureJournals } from "./JournalFiles.ts"

interface Place {
  readonly at: number
  readonly length: number
}

/** An answer and where it stands; `older` is the one before it of its slug. */
interface Answered {
  readonly journal: number
  readonly id: string
  readonly intent: Place | undefined
  readonly response: Place
  readonly older: Answered | undefined
}

export interface CallIndex {
  /** Answers in the journals. */
  readonly size: number
  /** Ids of the answers to an item, the newest first. */
  readonly idsOf: (slug: string) => ReadonlyArray<string>
  /** The answer to an item with that id; undefined where its lines are not to be read any more. */
  readonly read: (slug: string, id: string) => Effect.Effect<Generated | undefined, DiskError>
  /** What the judge said of an item's answers, the newest first. */
  readonly opinionsOf: (slug: string) => Effect.Effect<ReadonlyArray<Opinion>, DiskError>
}

/** Answers by slug, the newest of each first. */
class Chains {
  readonly #slugs = makeSlugTable()
  readonly #newest: Array<Answered> = []
  size = 0

  add(slug: string, answer: Omit<Answered, "older">): void {
    this.size++
    const index = this.#slugs.add(slug, this.#newest.length)
    if (index === undefined) this.#newest.push({ ...answer, older: undefined })
    else this.#newest[index] = { ...answer, older: this.#newest[index] }
  }

  of(slug: string): ReadonlyArray<Answered> {
    const index = this.#slugs.get(slug)
    const chain: Array<Answered> = []
    for (
      let answer = index === undefined ? undefined : this.#newest[index];
      answer !== undefined;
      answer = answer.older
    ) chain.push(answer)
    return chain
  }
}

/** Reads every journal once. */
export const loadCallIndex: Effect.Effect<CallIndex, DiskError, DataDirectory | Disk> = Effect.gen(
  function*() {
    const disk = yield* Disk
    const journals = yield* captureJournals(yield* DataDirectory)
    const answers = new Chains()
    const opinions = new Chains()

    for (const [journal, file] of journals.entries()) {
      const intents = new Map<string, Place>()
      yield* scanLines(file.path, { to: file.size }, (line, at) => {
        const entry = verifyLine(line) === "valid" ? readEntry(line) : undefined
        const slug = entry === undefined ? undefined : slugOf(line)
        if (entry === undefined || slug === undefined) return
        const place = { at, length: line.byteLength }
        if (entry.tag === "intent") intents.set(entry.id, place)
        if (entry.tag === "response") {
          const chains = entry.isJudgement ? opinions : answers
          chains.add(slug, {
            journal,
            id: entry.id,
            intent: intents.get(entry.id),
            response: place
          })
        }
        if (entry.tag !== "intent") intents.delete(entry.id)
      })
    }

    const eventAt = Effect.fnUntraced(function*(file: DiskFile, { at, length }: Place) {
      const bytes = Buffer.allocUnsafe(length)
      const count = yield* readAllAt(disk, file, bytes, at)
      return decodeEvent(bytes.subarray(0, count))
    })

    const readCall = Effect.fnUntraced(function*({ id, intent, journal, response }: Answered) {
      const file = yield* disk.open(journals[journal]?.path ?? "", "read")
      const asked = intent === undefined ? undefined : yield* eventAt(file, intent)
      const answered = yield* eventAt(file, response)
      if (answered?._tag !== "response") return undefined
      const answer = toGenerated(id, asked?._tag === "intent" ? asked : undefined, answered)
      return { about: answered.judges, answer }
    }, Effect.scoped)

    const index: CallIndex = {
      size: answers.size,
      idsOf: (slug) => answers.of(slug).map(({ id }) => id),
      read: (slug, id) => {
        const answer = answers.of(slug).find((each) => each.id === id)
        return answer === undefined
          ? Effect.undefined
          : Effect.map(readCall(answer), (call) => call?.answer)
      },
      opinionsOf: (slug) =>
        Effect.map(
          Effect.forEach(opinions.of(slug), readCall),
          (calls) =>
            calls.flatMap((call): ReadonlyArray<Opinion> =>
              call?.about === undefined ? [] : [{ about: call.about, answer: call.answer }]
            )
        )
    }
    return index
  }
)
