// A page of the corpus: what a server answers, and what evidence should come of it.
import type { MissCause } from "../../../src/services/evidence/MissCause.ts"

export interface CorpusPage {
  readonly name: string
  /** Of the item that the page is for; default the page's name. */
  readonly title?: string
  readonly status?: number
  readonly headers?: { readonly [name: string]: string }
  readonly body: string | Uint8Array
  /** What becomes of it. */
  readonly verdict: "found" | MissCause
  /** Texts that the evidence must have. */
  readonly keeps?: ReadonlyArray<string>
  /** Texts that it must not have. */
  readonly drops?: ReadonlyArray<string>
  readonly language?: string
  /** Rules of the findings expected. */
  readonly findings?: ReadonlyArray<string>
}
