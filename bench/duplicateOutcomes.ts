// What came of checked pieces whose near-duplicates are known: found by name, told to be like another that they are like
// or are not like, or stopped because the check could not be sure.
import * as fs from "node:fs"
import * as readline from "node:readline"
import type { Profile } from "../src/services/corpus/Profile.ts"
import { similarityOf } from "../src/services/corpus/Profile.ts"
import type { Finding } from "../src/services/qa/Finding.ts"
import type { PlantedPiece } from "../test/support/plantedCorpus.ts"

interface Named {
  readonly slug: string
  readonly twin: string
  readonly shingles: Uint32Array
  readonly message: string
}

type ShinglesOf = (piece: Pick<PlantedPiece, "content" | "slug">) => Profile["shingles"]

const examplesMax = 3

/** How many there were, and what was said of the first. */
class Told {
  count = 0
  readonly #first: Array<string> = []

  add(slug: string, message: string): void {
    if (this.count++ < examplesMax) this.#first.push(`  ${slug}: ${message}`)
  }

  lines(what: string): ReadonlyArray<string> {
    return [`${what} ${this.count}`, ...this.#first]
  }
}

export class DuplicateOutcomes {
  #planted = 0
  #found = 0
  readonly #unsure = new Told()
  readonly #byOthers = new Told()
  /** Told to be like a piece that they were not made from. */
  readonly #named: Array<Named> = []
  readonly #shinglesOf: ShinglesOf

  constructor(shinglesOf: ShinglesOf) {
    this.#shinglesOf = shinglesOf
  }

  /** `blocking` is what was said of the piece. */
  enter(piece: PlantedPiece, blocking: ReadonlyArray<Finding>): void {
    const { slug, twinOf } = piece
    if (twinOf !== undefined) this.#planted++
    const [finding] = blocking
    if (finding === undefined) return
    const { message, rule, text } = finding
    if (rule !== "nearDuplicate") this.#byOthers.add(slug, message)
    else if (text === "") this.#unsure.add(slug, message)
    else if (text === twinOf) this.#found++
    else this.#named.push({ slug, twin: text, shingles: this.#shinglesOf(piece), message })
  }

  /** Reads the pieces that were named from the masters, to tell by all of both texts who is like whom. */
  async lines(masters: string, limit: number): Promise<ReadonlyArray<string>> {
    const wanted = new Set(this.#named.map(({ twin }) => twin))
    const shingles = new Map<string, Uint32Array>()
    const records = wanted.size === 0
      ? []
      : readline.createInterface({ input: fs.createReadStream(masters) })
    for await (const line of records) {
      const piece: { readonly slug: string; readonly text: string } = JSON.parse(line)
      const { slug, text } = piece
      if (wanted.has(slug)) shingles.set(slug, this.#shinglesOf({ slug, content: { text } }))
    }
    const alike = new Told()
    const falsePairs = new Told()
    for (const { message, shingles: own, slug, twin } of this.#named) {
      const other = shingles.get(twin)
      const similarity = other === undefined ? 0 : similarityOf(own, other)
      const told = similarity > limit ? alike : falsePairs
      told.add(slug, `${message} (${similarity.toFixed(3)})`)
    }
    return [
      `planted ${this.#planted}, found ${this.#found}`,
      ...falsePairs.lines("false pairs"),
      ...alike.lines("alike without being planted so"),
      ...this.#unsure.lines("stopped because the check was unsure"),
      ...this.#byOthers.lines("stopped by another rule")
    ]
  }
}
