// Which sentences, and which beginnings of sentences, stand in how many accepted pieces.
import { contentOf } from "../../services/master/contentOf.ts"
import { MasterLine } from "../../services/master/MasterLine.ts"
import { excerpt } from "../../services/qa/Finding.ts"
import { fold } from "../../services/qa/Fold.ts"
import { leavesOf } from "../../services/qa/Piece.ts"
import { sentencesOf } from "../../services/qa/Sentences.ts"
import { tokensOf } from "../../services/qa/Tokens.ts"

/** In how many pieces; one slug once. */
export interface Reused {
  readonly text: string
  readonly pieces: number
}

export interface ReuseReport {
  readonly pieces: number
  /** Most reused first, those of one piece alone left out. */
  readonly sentences: ReadonlyArray<Reused>
  readonly openers: ReadonlyArray<Reused>
  /** False where so much was seen that what was rare then may be missing, and counts are lower bounds. */
  readonly isExact: boolean
}

const openerWords = 3
const sentenceWordsMin = 5
const shownMax = 10
/** Above this the rarest are forgotten: what is reused much stays. */
const keptMax = 2_000_000

class Tally {
  readonly #counts = new Map<string, number>()
  isExact = true

  add(texts: Iterable<string>): void {
    for (const text of texts) this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1)
    if (this.#counts.size <= keptMax) return
    this.isExact = false
    for (const [text, count] of this.#counts) if (count === 1) this.#counts.delete(text)
  }

  most(): ReadonlyArray<Reused> {
    return [...this.#counts].filter(([, pieces]) => pieces > 1)
      .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
      .slice(0, shownMax).map(([text, pieces]) => ({ text: excerpt(text), pieces }))
  }
}

export const makeReuseTally = () => {
  const line = new MasterLine()
  const sentences = new Tally()
  const openers = new Tally()
  let pieces = 0
  return {
    /** A line of a master; what is no record is passed over. */
    take: (bytes: Buffer): void => {
      const kind = line.read(bytes)
      if (kind === "blank" || kind === "corrupt") return
      pieces++
      const own = leavesOf(contentOf(line.bytes)).filter((leaf) => leaf.kind === "text")
        .flatMap((leaf) => sentencesOf(leaf.text).map(({ text }) => tokensOf(fold(text))))
        .filter((tokens) => tokens.length >= sentenceWordsMin)
      sentences.add(new Set(own.map((tokens) => tokens.join(" "))))
      openers.add(new Set(own.map((tokens) => tokens.slice(0, openerWords).join(" "))))
    },
    report: (): ReuseReport => ({
      pieces,
      sentences: sentences.most(),
      openers: openers.most(),
      isExact: sentences.isExact && openers.isExact
    })
  }
}
