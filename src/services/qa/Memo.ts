// What is made of something once, when it is first asked for, however many rules ask.

export const lazily = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/**
 * Keeps what is made of it as long as it lives itself. A WeakMap would do the same, but its entries cost every
 * collection, and each piece would bring dozens of them.
 */
export class Keeper {
  #kept: Map<unknown, unknown> | undefined

  /** `make` is the key as well: a function that stands in a module, not one that is made on the spot. */
  once<A>(make: (of: this) => A): A {
    const kept = this.#kept ??= new Map()
    if (!kept.has(make)) kept.set(make, make(this))
    return kept.get(make) as A
  }
}
