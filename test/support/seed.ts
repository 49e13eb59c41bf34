// The seed of everything that a test takes a sample of: another one with each commit, the same for everybody who has it.
//
// INKFAST_SEED=N sets it, to see again what a run with that seed has shown.
import { execFileSync } from "node:child_process"
import * as path from "node:path"

const seedMax = 1_000_000

/** Zero where there is no repository. */
const ofCommit = (): number => {
  try {
    const commit = execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: path.resolve(import.meta.dirname, "../.."),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    })
    return Number.parseInt(commit.slice(0, 10), 16)
  } catch {
    return 0
  }
}

const given = process.env["INKFAST_SEED"]
if (given !== undefined && !/^[1-9]\d{0,8}$/.test(given)) {
  throw new Error(`INKFAST_SEED is to be a whole number above 0, and is "${given}"`)
}

/** From 1 on. */
export const seed: number = given === undefined ? 1 + ofCommit() % seedMax : Number(given)

/** What to type to run a test file again with this seed; said with what it has counted. */
export const again = (file: string): string => `INKFAST_SEED=${seed} npx vitest run ${file}`
