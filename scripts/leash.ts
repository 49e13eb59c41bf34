// Runs a command that must not outlive whoever started it: when standard input ends, it is killed.
//
//   node scripts/leash.ts COMMAND ARGUMENT…   (with a pipe on standard input that stays open)
//
// A signal to the leash goes to the command, and the command's exit is the leash's. The kernel closes the pipe even when
// the starter is killed with -9, so nothing is left behind.
import { spawn } from "node:child_process"
import { constants } from "node:os"

const [command = "", ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] })

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => child.kill(signal))
}
process.stdin.resume().on("end", () => child.kill("SIGKILL")).on(
  "error",
  () => child.kill("SIGKILL")
)

child.on("error", (error) => {
  process.stderr.write(`${command} cannot be started: ${error.message}\n`)
  process.exit(127)
})
child.on(
  "exit",
  (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
)
