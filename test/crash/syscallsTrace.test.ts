// Reading traces: which calls there were, on which files, and what can be done to them.
import { assert, describe, it } from "@effect/vitest"
import {
  callCounts,
  injectionsFor,
  nameOf,
  parseTrace,
  pathsIn,
  straceOptions,
  struckIn
} from "./syscallsTrace.ts"

const trace = `
100 openat(AT_FDCWD, "/d/data/master/updates.jsonl", O_RDWR|O_CREAT|O_APPEND|O_CLOEXEC, 0666) = 22</d/data/master/updates.jsonl>
100 write(22</d/data/master/updates.jsonl>, "{\\"slug\\":\\"a\\"}\\n", 13) = 13
101 fdatasync(22</d/data/master/updates.jsonl> <unfinished ...>
100 openat(AT_FDCWD, "/d/database", O_RDONLY) = -1 ENOENT (No such file or directory)
101 <... fdatasync resumed>)              = -1 EIO (Input/output error) (INJECTED)
100 rename("/d/data/master/.a.tmp", "/d/data/master/a") = 0
100 write(22</d/data/master/updates.jsonl>, "{}\\n", 3) = -1 ENOSPC (No space left on device) (INJECTED)
101 write(14<anon_inode:[eventfd]>, "\\1", 8) = 8
100 close(23</d/data/master/.a.tmp (deleted)>) = 0
100 +++ exited with 0 +++
`

describe("traces", () => {
  it("count a call where it began, for the thread that made most of them", () => {
    const calls = parseTrace(trace)
    assert.strictEqual(calls.length, 8)
    assert.deepStrictEqual([...callCounts(calls)], [["openat", 2], ["write", 2], ["fdatasync", 1], [
      "rename",
      1
    ], ["close", 1]])
  })

  it("name the files of the directory, and no other's", () => {
    const paths = pathsIn(trace, "/d/data").map((each) => each.trim())
    assert.deepStrictEqual([...new Set(paths)], [
      "/d/data/master/.a.tmp",
      "/d/data/master/a",
      "/d/data/master/updates.jsonl"
    ])
  })

  it("tell what was struck, resumed calls included", () => {
    assert.strictEqual(struckIn(trace, "EIO"), 2)
    assert.strictEqual(struckIn(trace, "SIGKILL"), 0)
    assert.strictEqual(struckIn(`${trace}100 +++ killed by SIGKILL +++\n`, "SIGKILL"), 1)
  })

  it("give every fault at every call; only what allocates can find no space", () => {
    const names = injectionsFor(new Map([["write", 2], ["close", 1]])).map(nameOf)
    const expected =
      "write:1:SIGKILL write:1:EIO write:1:ENOSPC write:2:SIGKILL write:2:EIO write:2:ENOSPC close:1:SIGKILL close:1:EIO"
    assert.deepStrictEqual(names, expected.split(" "))
  })

  it("a kill goes without the filter, which would drop it", () => {
    assert.notInclude(straceOptions({ call: "write", nth: 3, fault: "SIGKILL" }), "--seccomp-bpf")
    assert.include(
      straceOptions({ call: "write", nth: 3, fault: "EIO" }),
      "inject=write:error=EIO:when=3"
    )
  })
})
