// `inkfast doctor` as a person runs it: before there is a job, with a job that is broken, and the crash test of a disk.
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { onTestFinished } from "vitest"
import { sandbox } from "../support/Cli.ts"
import { itemsOf, settings } from "../support/Sandbox.ts"
import type { Sandbox } from "../support/Sandbox.ts"

const checksIn = (stdout: ReadonlyArray<string>): ReadonlyArray<string> =>
  stdout.flatMap((line) => /^(ok|warn|fail) +\S+/.exec(line)?.[0].replace(/ +/, " ") ?? [])

describe("doctor without a job that can be used", () => {
  it("looks at the machine, and says what it did not look at", async () => {
    const box = sandbox()
    const { code, stdout } = await box.run(["doctor"])
    assert.strictEqual(code, 0, stdout.join("\n"))
    const checks = checksIn(stdout)
    for (const name of ["node", "disk", "space", "lock"]) {
      assert.isTrue(checks.some((check) => check.endsWith(` ${name}`)), stdout.join("\n"))
    }
    assert.include(checks, "warn job")
    assert.include(stdout.join("\n"), "none here: the key, the endpoint and the prices")
    assert.deepStrictEqual(fs.readdirSync(box.directory), [])
  })

  it.for(
    [
      ["a job with a fault", ["doctor"], /^fail job .*inkfast\.yaml:8: concurrency: is 0/m],
      [
        "a job that was named and is not there",
        ["doctor", "--job", "gone"],
        /^fail job .*gone: no job/m
      ]
    ] as const
  )("%s is one more finding", async ([, args, says]) => {
    const box = sandbox()
    box.job({ settings: settings("concurrency: 0\n") })
    const { code, stdout } = await box.run([...args])
    assert.strictEqual(code, 2)
    assert.match(stdout.join("\n"), says)
    assert.include(checksIn(stdout), "ok node")
  })
})

const refused = (box: Sandbox, args: ReadonlyArray<string>) =>
  box.run(["doctor", ...args]).then(({ code, stderr, stdout }) => {
    assert.strictEqual(code, 2, stderr.join("\n"))
    assert.deepStrictEqual(stdout, [])
    return stderr.join("\n")
  })

describe("doctor --crashtest", () => {
  it("tests the directory that was named, and no other", async () => {
    const box = sandbox()
    box.write("file", "")
    const wrong = [
      ["gone", "inkfast: --dir gone: there is no such directory"],
      ["file", "inkfast: --dir file: is no directory"],
      ["", "inkfast: --dir : there is no such directory"]
    ] as const
    for (const [dir, says] of wrong) {
      assert.strictEqual(await refused(box, ["--crashtest", "--dir", dir]), says)
    }
    assert.strictEqual(
      await refused(box, ["--crashtest", "--data", "file"]),
      "inkfast: file: is no directory; check --data"
    )
    assert.match(
      await refused(box, ["--crashtest", "--data", "file/data"]),
      /^inkfast: cannot look at .*file\/data: .*file is not a directory \(ENOTDIR\); /
    )
  })

  it("drops no flag in silence", async () => {
    const box = sandbox()
    assert.strictEqual(
      await refused(box, ["--dir", ".", "--seconds", "3"]),
      "inkfast: --dir, --seconds: goes with --crashtest"
    )
    assert.match(
      await refused(box, ["--crashtest", "--dir", ".", "--call", "--model", "m"]),
      /^inkfast: --call, --model: --crashtest looks at a disk alone/
    )
  })

  it("names the directory that is there, and leaves nothing in it", async () => {
    const box = sandbox()
    const args = ["doctor", "--crashtest", "--data", "not/there", "--seconds", "3"]
    const { code, stderr, stdout } = await box.run(args)
    assert.strictEqual(code, 0, stdout.join("\n"))
    assert.include(stderr[0] ?? "", `in a scratch directory in ${box.directory} …`)
    assert.match(stdout.at(-1) ?? "", /^every acknowledged record was there after every kill/)
    assert.deepStrictEqual(fs.readdirSync(box.directory), [])
  })

  it("exits with 3 where nothing can be written", async ({ skip }) => {
    const box = sandbox()
    fs.mkdirSync(box.at("mounted"))
    const mount = ["-t", "tmpfs", "-o", "ro", "tmpfs", box.at("mounted")]
    if (spawnSync("mount", mount).status !== 0) return skip("mounting a tmpfs needs root")
    onTestFinished(() => {
      spawnSync("umount", ["-l", box.at("mounted")])
    })
    const { code, stderr } = await box.run(["doctor", "--crashtest", "--dir", "mounted"])
    assert.strictEqual(code, 3)
    assert.match(
      stderr.at(-1) ?? "",
      /^inkfast: cannot make a scratch directory in .*: read-only file system \(EROFS\); mount that/
    )
  })

  it("leaves a disk that is all but full alone", async ({ skip }) => {
    const box = sandbox()
    fs.mkdirSync(box.at("mounted"))
    const mount = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", box.at("mounted")]
    if (spawnSync("mount", mount).status !== 0) return skip("mounting a tmpfs needs root")
    onTestFinished(() => {
      spawnSync("umount", ["-l", box.at("mounted")])
    })
    box.write("mounted/items.jsonl", itemsOf(3))
    const { code, stdout } = await box.run(["doctor", "--crashtest", "--dir", "mounted"])
    assert.strictEqual(code, 2)
    assert.include(checksIn(stdout), "fail space")
    assert.strictEqual(stdout.at(-1), "nothing is proven: see above")
    assert.deepStrictEqual(fs.readdirSync(box.at("mounted")), ["items.jsonl"])
  })
})
