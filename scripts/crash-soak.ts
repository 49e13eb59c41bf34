// Three processes append for some minutes while a fourth consolidates as fast as it can; then every record is looked for.
//
//   npm run crash:soak [-- MINUTES [DIRECTORY]]       two minutes unless told; a signal ends the appending early
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { soak } from "../test/crash/soak.ts"

const [minutes = "2", base = os.tmpdir()] = process.argv.slice(2)
const root = fs.mkdtempSync(path.join(base, "inkfast-soak-"))
const stop = new Promise<void>((resolve) => {
  setTimeout(resolve, Number(minutes) * 60_000)
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve())
})
try {
  const report = await soak({ root, count: 0, stop })
  process.stdout.write(
    `${report.acknowledged} records acknowledged for ${report.slugs} slugs, ${report.consolidations} consolidations, ` +
      `longest pause ${report.longestPauseMs.toFixed(1)} ms; ${report.faults.length} faults\n`
  )
  for (const fault of report.faults.slice(0, 50)) process.stdout.write(`  ${fault}\n`)
  process.exitCode = report.faults.length === 0 ? 0 : 1
} finally {
  fs.rmSync(root, { recursive: true, force: true })
}
process.exit()
