// Stretches of a text, and whether a place lies in one of them.

export interface Span {
  readonly start: number
  readonly text: string
}

/** The last of them that begins at the place or before it; they are in the order of the text. */
export const lastFrom = <S extends { readonly start: number }>(
  spans: ReadonlyArray<S>,
  place: number
): S | undefined => {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.start <= place) low = middle + 1
    else high = middle
  }
  return spans[low - 1]
}

/** Expects spans in the order of the text, none within another. */
export const covers = (spans: ReadonlyArray<Span>, place: number): boolean => {
  const span = lastFrom(spans, place)
  return span !== undefined && place < span.start + span.text.length
}
