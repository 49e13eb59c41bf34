// Which fields a rule's pattern reaches, held against those of another.

const segmentsOf = (field: string): ReadonlyArray<string> =>
  field === "*" ? [] : field.split("/").slice(1)

const meets = (a: ReadonlyArray<string>, b: ReadonlyArray<string>, length: number): boolean => {
  for (let at = 0; at < length; at++) {
    if (a[at] !== b[at] && a[at] !== "*" && b[at] !== "*") return false
  }
  return true
}

/** Whether some text lies in both. */
export const overlap = (a: string, b: string): boolean => {
  const left = segmentsOf(a)
  const right = segmentsOf(b)
  return meets(left, right, Math.min(left.length, right.length))
}

/** Whether every text of the inner one lies in the outer one. */
export const covers = (outer: string, inner: string): boolean => {
  const wide = segmentsOf(outer)
  const narrow = segmentsOf(inner)
  return wide.length <= narrow.length &&
    wide.every((segment, at) => segment === "*" || segment === narrow[at])
}

/** The one that says more. */
export const narrower = (a: string, b: string): string =>
  segmentsOf(b).length > segmentsOf(a).length ? b : a
