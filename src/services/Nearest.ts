// "Did you mean …?": the known name that is closest to one that is not known.

/** Names longer than this are not compared: a suggestion for them would help nobody. */
const nameLengthMax = 64

/** Insertions, deletions, replacements and swaps of neighbours that make `a` of `b`. */
const editDistance = (a: string, b: string): number => {
  let before: Array<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? before[j - 2]! + 1
        : Infinity
      row.push(Math.min(replaced, last[j]! + 1, row[j - 1]! + 1, swapped))
    }
    before = last
    last = row
  }
  return last[b.length]!
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, "")

/** The known name within a third of the letters' edits, case and separators ignored; the first one on a tie. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  if (name.length > nameLengthMax) return undefined
  const wanted = plain(name)
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of known) {
    if (candidate === name || candidate.length > nameLengthMax) continue
    const distance = editDistance(wanted, plain(candidate))
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3))
    if (distance <= allowed && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}
