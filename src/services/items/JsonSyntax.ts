// Where a line stops being JSON: the engine's own messages name no column for most faults.

const blank = /[ \t\r\n]*/y
const token =
  // Unrolled, so that a string without an end costs linear time.
  /([{}[\],:])|("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y

type Expected = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd" | "end"

const words: { readonly [state in Expected]: string } = {
  value: "a value",
  valueOrEnd: "a value or \"]\"",
  key: "a field name in double quotes",
  keyOrEnd: "a field name in double quotes or \"}\"",
  colon: "\":\"",
  commaOrEnd: "\",\" or the closing bracket",
  end: "the end"
}

const close = (open: Array<string>): Expected => {
  open.pop()
  return open.length === 0 ? "end" : "commaOrEnd"
}

/** The state after a token, or undefined where the token may not stand. Keeps `open`, the brackets not yet closed. */
const after = (state: Expected, text: string, open: Array<string>): Expected | undefined => {
  const inside = open.at(-1)
  const wantsValue = state === "value" || state === "valueOrEnd"
  switch (text.charAt(0)) {
    case "{":
    case "[":
      if (!wantsValue) return undefined
      open.push(text)
      return text === "{" ? "keyOrEnd" : "valueOrEnd"
    case "}":
      return inside === "{" && (state === "keyOrEnd" || state === "commaOrEnd")
        ? close(open)
        : undefined
    case "]":
      return inside === "[" && (state === "valueOrEnd" || state === "commaOrEnd")
        ? close(open)
        : undefined
    case ",":
      return state === "commaOrEnd" ? (inside === "{" ? "key" : "value") : undefined
    case ":":
      return state === "colon" ? "value" : undefined
    case "\"":
      if (state === "key" || state === "keyOrEnd") return "colon"
      break
    default:
  }
  return wantsValue ? (open.length === 0 ? "end" : "commaOrEnd") : undefined
}

export interface JsonFault {
  /** Where the text stops being JSON, in UTF-16 units from 0. */
  readonly offset: number
  readonly message: string
}

/** What is wrong with text that `JSON.parse` refuses; `whole` is what it calls the text. */
export const jsonFault = (text: string, whole: "line" | "file"): JsonFault => {
  const open: Array<string> = []
  let state: Expected = "value"
  let at = 0
  const wanted = (): string =>
    state === "end"
      ? `the end of the ${whole}${whole === "line" ? " (one object a line)" : ""}`
      : words[state]
  while (true) {
    blank.lastIndex = at
    at += blank.exec(text)![0].length
    if (at >= text.length) {
      return { offset: at, message: `the ${whole} ends where ${wanted()} should follow` }
    }
    token.lastIndex = at
    const found = token.exec(text)?.[0]
    if (found === undefined && text[at] === "\"") {
      const message =
        "a string that is not closed, or holds a wrong escape or a bare control character"
      return { offset: at, message }
    }
    const next: Expected | undefined = found === undefined ? undefined : after(state, found, open)
    if (found === undefined || next === undefined) {
      const character = JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))
      return { offset: at, message: `${character} where ${wanted()} should be` }
    }
    state = next
    at += found.length
  }
}

/** The same of a line, with the column (UTF-16 units, from 1). */
export const jsonSyntaxFault = (line: string): string => {
  const { message, offset } = jsonFault(line, "line")
  return `not JSON: column ${offset + 1}: ${message}`
}
