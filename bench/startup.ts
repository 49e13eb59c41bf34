// How long the bundled command takes to say something, beside a bare Node: the goal is at most 3 times for each.
//
// A start finds what Node compiled at an earlier one in its cache. The first start of all is shown too, without a goal.
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url))
const rounds = 25
const goal = 3
const cache = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-startup-"))

interface Start {
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly code: number
  readonly isFirst?: true
}

const bare: Start = { name: "node -e 0", args: ["-e", "0"], code: 0 }
const inkfast: ReadonlyArray<Start> = [
  { name: "inkfast --help", args: [bin, "--help"], code: 0 },
  { name: "inkfast --version", args: [bin, "--version"], code: 0 },
  { name: "inkfast generate --help", args: [bin, "generate", "--help"], code: 0 },
  { name: "a wrong flag", args: [bin, "generate", "--no-such-flag"], code: 2 },
  { name: "the first --help", args: [bin, "--help"], code: 0, isFirst: true }
]

const timeMs = ({ args, code, isFirst }: Start): number => {
  const directory = isFirst ? fs.mkdtempSync(path.join(cache, "first-")) : cache
  const env = { ...process.env, NODE_COMPILE_CACHE: directory }
  const startMs = performance.now()
  const { status } = spawnSync(process.execPath, args, { env, stdio: "ignore" })
  const tookMs = performance.now() - startMs
  if (status === code) return tookMs
  throw new Error(`${args.join(" ")} ended with ${status}, not ${code}`)
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

try {
  const starts = [bare, ...inkfast].map((start) => ({ start, tookMs: [] as Array<number> }))
  for (const { start } of starts) timeMs(start)
  // In turns, so that a busy moment of the machine falls on all.
  for (let round = 0; round < rounds; round++) {
    for (const { start, tookMs } of starts) tookMs.push(timeMs(start))
  }
  const bareMs = median(starts[0]?.tookMs ?? [])
  process.stdout.write(`medians of ${rounds}; goal: at most ${goal} times bare Node\n`)
  for (const { start: { isFirst, name }, tookMs } of starts) {
    const ratio = median(tookMs) / bareMs
    const isMissed = isFirst !== true && ratio > goal
    if (isMissed) process.exitCode = 1
    process.stdout.write(
      `${name.padEnd(24)} ${median(tookMs).toFixed(1).padStart(6)} ms (best ${
        Math.min(...tookMs).toFixed(1)
      })  ${ratio.toFixed(2)}x${isMissed ? " MISSED" : ""}\n`
    )
  }
} finally {
  fs.rmSync(cache, { recursive: true, force: true })
}
