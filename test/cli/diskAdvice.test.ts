// A disk that fails is told from a path that is wrong: by the exit code, and by what to do next.
import { assert, it } from "@effect/vitest"
import { diskAdvice } from "../../src/programs/cli/diskAdvice.ts"
import { ExitCode } from "../../src/programs/ExitCode.ts"

it.for(["ENOSPC", "EDQUOT", "EROFS", "EIO"])(
  "%s pauses: the same command goes on once the disk is mended",
  (code) => {
    const { exitCode, next } = diskAdvice(code)
    assert.strictEqual(exitCode, ExitCode.paused)
    assert.match(next, /, then run the same command again$/)
  }
)

it.for(["ENOENT", "ENOTDIR", "EACCES", "EISDIR", "EPERM"])(
  "%s is a wrong path: there is something to change in the command or the job",
  (code) => {
    const { exitCode, next } = diskAdvice(code)
    assert.strictEqual(exitCode, ExitCode.usage)
    assert.notStrictEqual(next, "")
  }
)

it("a code that nobody knows is a fault of the program", () => {
  assert.deepStrictEqual(diskAdvice("EBADF"), { exitCode: ExitCode.internalError, next: "" })
})
