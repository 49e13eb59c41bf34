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

/** The edits that make `name` of the candidate, where they are few enough for a slip of the pen. */
const slipOf = (name: string, candidate: string): number | undefined => {
  if (candidate === name || name.length > nameLengthMax || candidate.length > nameLengthMax) {
    return undefined
  }
  const [wanted, offered] = [plain(name), plain(candidate)]
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, offered.length) / 3))
  if (Math.abs(wanted.length - offered.length) > allowed) return undefined
  const distance = editDistance(wanted, offered)
  return distance <= allowed ? distance : undefined
}

/**
 * The known names within a third of the letters' edits, case and separators ignored: at most `max`, the nearest first,
 * on a tie in their order. The known ones are gone through once, and not kept.
 */
export const nearestOf = (
  name: string,
  known: Iterable<string>,
  max: number
): ReadonlyArray<string> => {
  const best: Array<{ readonly candidate: string; readonly distance: number }> = []
  for (const candidate of known) {
    const distance = slipOf(name, candidate)
    if (distance === undefined || distance >= (best[max - 1]?.distance ?? Infinity)) continue
    if (best.some((each) => each.candidate === candidate)) continue
    best.push({ candidate, distance })
    best.sort((a, b) => a.distance - b.distance)
    best.length = Math.min(best.length, max)
  }
  return best.map(({ candidate }) => candidate)
}

/** The nearest of them; the first one on a tie. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined =>
  nearestOf(name, known, 1)[0]
