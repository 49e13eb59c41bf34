// The fields of an export that no record was seen to have: a slip of the pen must not look like an empty field.
import { nearest } from "../../services/Nearest.ts"
import { valueAt } from "./exportRows.ts"
import type { Fields } from "./exportRows.ts"

const namesShownMax = 20

export class UnseenFields {
  readonly #fields: Set<string>
  /** Names that a slip may have meant. */
  readonly #near: Set<string>
  #records = 0

  /** `known`: fields that a record may have though none has them yet. */
  constructor(fields: ReadonlyArray<string>, known: ReadonlyArray<string>) {
    this.#fields = new Set(fields.filter((field) => !known.includes(field)))
    this.#near = new Set(known)
  }

  get isEmpty(): boolean {
    return this.#fields.size === 0
  }

  look(record: Fields): void {
    this.#records++
    for (const field of this.#fields) {
      if (valueAt(record, field) !== undefined) this.#fields.delete(field)
    }
    if (!this.isEmpty) { for (const name of Object.keys(record)) this.#near.add(name) }
  }

  /** What is wrong, if anything; without a record there is nothing to hold a name against. */
  get fault(): string | undefined {
    const [field] = this.#fields
    if (field === undefined || this.#records === 0) return undefined
    const names = [...this.#near]
    const near = nearest(field, names)
    return `no record has a field "${field}"${
      near === undefined
        ? `; there are ${names.slice(0, namesShownMax).join(", ")}`
        : `; did you mean "${near}"?`
    }`
  }
}
