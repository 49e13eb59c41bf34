// `npm run crash:soak`: three processes append for some minutes while a fourth consolidates as fast as it can; then every
// record is looked for.
//
// --minutes N   of appending (default 2); a signal ends it early     --nice   leaves the machine to others
// --dir D       on the disk that is meant (default: the system's directory for temps)
//
// What is written is always the same, so there is no seed; who comes before whom is up to the machine.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { soak } from "../test/crash/soak.ts"
import { anyText, flagsOf, refuse, whole } from "./crash-flags.ts"

const { dir = os.tmpdir(), minutes } = flagsOf({ minutes: whole(2), dir: anyText })
if (!fs.existsSync(dir)) refuse(`--dir ${dir}: there is no such directory`)

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const faultsTold = 50

const root = fs.mkdtempSync(path.join(dir, "inkfast-soak-"))
const stop = new Promise<void>((resolve) => {
  setTimeout(resolve, minutes * 60_000)
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve())
})
try {
  const { acknowledged, consolidations, faults, longestPauseMs, slugs } = await soak({
    root,
    count: 0,
    stop
  })
  say(
    `${acknowledged} records acknowledged for ${slugs} slugs, ${consolidations} consolidations, ` +
      `longest pause ${longestPauseMs.toFixed(1)} ms; ${faults.length} faults`
  )
  for (const fault of faults.slice(0, faultsTold)) say(`  ${fault}`)
  if (consolidations === 0) say("no consolidation ended: that proves nothing, give it more minutes")
  process.exitCode = faults.length === 0 && consolidations > 0 ? 0 : 1
} finally {
  fs.rmSync(root, { recursive: true, force: true })
}
process.exit()
