// Where in a JSON text something stands: the line and the column of an offset, and of the key of a path.
import type { KeyPath } from "./SettingFaults.ts"

export interface TextPlace {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}

export const placeAt = (text: string, offset: number): TextPlace => {
  const before = text.slice(0, offset)
  return {
    line: before.split("\n").length,
    column: offset - before.lastIndexOf("\n")
  }
}

/** An object or a list that is open, and where in it the text is. */
interface Container {
  readonly isObject: boolean
  /** A string, or the index in a list; undefined before an object's first key. */
  at: PropertyKey | undefined
  expectsKey: boolean
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** How far the path leads to where the text is: whole, a part of it, or elsewhere (0). */
const matched = (open: ReadonlyArray<Container>, path: KeyPath): number =>
  open.length <= path.length && open.every(({ at }, depth) => at === path[depth])
    ? open.length
    : 0

/**
 * Where the key of the path stands in a text that is JSON, or the nearest one above it that is there. A key that stands
 * twice is the last one, as it is for `JSON.parse`.
 */
export const placeOfKey = (text: string, path: KeyPath): TextPlace => {
  const open: Array<Container> = []
  let best = { depth: 0, offset: text.search(/\S|$/) }
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const inside = open.at(-1)
    if (token === "}" || token === "]") open.pop()
    else if (token === "," && inside !== undefined) {
      inside.expectsKey = inside.isObject
      if (typeof inside.at === "number") inside.at++
    } else if (token !== "," && token !== ":") {
      const isKey = inside?.expectsKey === true
      if (inside !== undefined && isKey) {
        inside.at = JSON.parse(token) as string
        inside.expectsKey = false
      }
      const depth = isKey || inside?.isObject === false ? matched(open, path) : 0
      if (depth > 0 && depth >= best.depth) best = { depth, offset: index }
      if (token === "{") open.push({ isObject: true, at: undefined, expectsKey: true })
      if (token === "[") open.push({ isObject: false, at: 0, expectsKey: false })
    }
  }
  return placeAt(text, best.offset)
}
