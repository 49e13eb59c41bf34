// Loaded into a run before it starts (`--import`): once the updates have a given size, the memory of the process runs
// out while it goes on working.
//
//   INKFAST_EATER = {"file": <updates.jsonl>, "bytes": <its size when to begin>, "where": "heap" | "native"}
import { Buffer } from "node:buffer"
import * as fs from "node:fs"

interface Diet {
  readonly file: string
  readonly bytes: number
  readonly where: "heap" | "native"
}

const { bytes, file, where } = JSON.parse(process.env["INKFAST_EATER"] ?? "") as Diet
const eaten: Array<unknown> = []

const eat = (): void => {
  // Small pieces: what finds no memory may be any allocation of the program, and in native memory any of its pages.
  for (let n = 0; n < 64; n++) {
    eaten.push(
      where === "heap"
        ? Array.from({ length: 4096 }, (_, index) => ({ index }))
        : Buffer.alloc(1024 * 1024, n + 1)
    )
  }
  setImmediate(eat)
}

const size = (): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
const watch = (): unknown => size() < bytes ? setImmediate(watch) : eat()
setImmediate(watch).unref()
