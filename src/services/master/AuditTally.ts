// One check of an audit while it is being made: what was looked at, what was found, what could not be seen.
import type { AuditCheck } from "./AuditCheck.ts"

const examplesMax = 10

export class AuditTally {
  readonly id: string
  readonly title: string
  checked = 0
  #violations = 0
  #unverified = 0
  readonly #examples: Array<string> = []
  readonly #notes: Array<string> = []

  constructor(id: string, title: string) {
    this.id = id
    this.title = title
  }

  get violations(): number {
    return this.#violations
  }

  violate(example: string): void {
    this.#violations++
    if (this.#examples.length < examplesMax) this.#examples.push(example)
  }

  /** Something that may be right or wrong: the check does not hold, and is not broken for it either. */
  doubt(example: string): void {
    this.#unverified++
    if (this.#examples.length < examplesMax) this.#examples.push(example)
  }

  note(text: string): void {
    this.#notes.push(text)
  }

  /** The check as a whole cannot be made. */
  cannotVerify(why: string): void {
    this.#unverified++
    this.#notes.push(why)
  }

  /** Where nothing was looked at, nothing is known: that is no pass either. */
  get result(): AuditCheck {
    const isIdle = this.checked === 0 && this.#violations === 0 && this.#unverified === 0
    const notes = isIdle ? [...this.#notes, "there was nothing to check"] : this.#notes
    return {
      id: this.id,
      title: this.title,
      outcome: this.#violations > 0
        ? "broken"
        : this.#unverified > 0 || isIdle
        ? "unverified"
        : "holds",
      checked: this.checked,
      violations: this.#violations,
      examples: this.#examples,
      note: notes.join("; ")
    }
  }
}
