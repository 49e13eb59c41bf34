// What is made of something once, when it is first asked for, however many rules ask.

export const lazily = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/** Kept as long as what it is made of. */
export const madeOnce = <K extends WeakKey, A>(make: (of: K) => A): (of: K) => A => {
  const known = new WeakMap<K, { readonly value: A }>()
  return (of) => {
    let made = known.get(of)
    if (made === undefined) {
      made = { value: make(of) }
      known.set(of, made)
    }
    return made.value
  }
}
