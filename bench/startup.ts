// How long `--help` of the bundled command takes beside a bare Node: the goal is at most 3 times.
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url))
const rounds = 25
const goal = 3

const timeMs = (args: ReadonlyArray<string>): number => {
  const started = performance.now()
  execFileSync(process.execPath, args, { stdio: "ignore" })
  return performance.now() - started
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const bare: Array<number> = []
const help: Array<number> = []
// In turns, so that a busy moment of the machine falls on both.
for (let round = 0; round < rounds; round++) {
  bare.push(timeMs(["-e", "0"]))
  help.push(timeMs([bin, "--help"]))
}

const ratio = median(help) / median(bare)
process.stdout.write(
  `node -e 0        ${median(bare).toFixed(1)} ms (median of ${rounds}, best ${
    Math.min(...bare).toFixed(1)
  })\n` +
    `inkfast --help   ${median(help).toFixed(1)} ms (median of ${rounds}, best ${
      Math.min(...help).toFixed(1)
    })\n` +
    `ratio            ${ratio.toFixed(2)}x (goal: at most ${goal}x) ${
      ratio <= goal ? "met" : "MISSED"
    }\n`
)
process.exitCode = ratio <= goal ? 0 : 1
