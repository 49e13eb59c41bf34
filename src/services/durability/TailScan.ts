// The end of a file taken apart: which of its bytes are whole lines, and which are damage.
import { Buffer } from "node:buffer"
import { verifyLine } from "./LineCodec.ts"

export interface TailScan {
  /** Length of the front that is whole, undamaged, terminated lines and nothing else. */
  readonly intactBytes: number
  /**
   * Every undamaged line in order, terminated. A last line that is complete but for its newline is one of them: it was
   * never acknowledged, but it was paid for.
   */
  readonly lines: ReadonlyArray<Buffer>
  /** How many of the lines lie in the intact front. */
  readonly intactLines: number
  /** From the first damaged byte to the last, with what stands between; `lines` are the damaged ones. */
  readonly damage:
    | { readonly start: number; readonly end: number; readonly lines: number }
    | undefined
}

const newline = 0x0a

/** `bytes` begins at the start of a line and goes to the end of the file. */
export const scanTail = (bytes: Buffer): TailScan => {
  const lines: Array<Buffer> = []
  let intactBytes = 0
  let intactLines = 0
  let damage: TailScan["damage"]
  for (let start = 0; start < bytes.length;) {
    const at = bytes.indexOf(newline, start)
    const end = at === -1 ? bytes.length : at + 1
    const line = bytes.subarray(start, end)
    if (verifyLine(line) === "corrupt") {
      damage = { start: damage?.start ?? start, end, lines: (damage?.lines ?? 0) + 1 }
    } else {
      lines.push(at === -1 ? Buffer.concat([line, Buffer.of(newline)]) : line)
      if (damage === undefined && at !== -1) {
        intactBytes = end
        intactLines = lines.length
      }
    }
    start = end
  }
  return { intactBytes, lines, intactLines, damage }
}
