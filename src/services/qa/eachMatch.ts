// All matches of a global pattern, without the copy of it that `matchAll` makes for every text.

export const eachMatch = (
  pattern: RegExp,
  text: string,
  visit: (found: RegExpExecArray) => void
): void => {
  pattern.lastIndex = 0
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const next = found[0] === "" ? pattern.lastIndex + 1 : pattern.lastIndex
    visit(found)
    pattern.lastIndex = next
  }
}
