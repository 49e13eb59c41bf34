// A map of what comes and goes by the million, a little at a time.
//
// A `Map` makes itself anew as entries come and go, and each of its tables keeps the next one alive: once a collection
// has taken one for old, all that follow are, and the heap grows by what nobody uses. Here what has gone is left in its
// place, and the whole map with it once most of it has gone.
const goneMax = 1024

export class TransientMap<Key, Value extends object> {
  #entries = new Map<Key, Value | undefined>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: Key, value: Value): void {
    if (this.#entries.get(key) === undefined) this.#size++
    this.#entries.set(key, value)
  }

  /** Answers what was there. */
  take(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.set(key, undefined)
    this.#size--
    if (this.#entries.size > 2 * this.#size + goneMax) this.#entries = new Map(this.entries())
    return value
  }

  *entries(): Generator<readonly [Key, Value], void> {
    for (const [key, value] of this.#entries) if (value !== undefined) yield [key, value]
  }
}
