// A count with its noun, for a person to read: `1 item`, `2 items`.

export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`
