// Which mount a directory is on, as the kernel tells it.
import { assert, describe, it } from "@effect/vitest"
import { mountIn } from "../../../src/programs/doctor/crashtest/mountOf.ts"

const mounts = [
  "/dev/sda1 / ext4 rw,relatime 0 0",
  "tmpfs /tmp tmpfs rw 0 0",
  "nas:/data /srv/my\\040data nfs4 rw 0 0",
  "/dev/sdb1 /srv xfs rw 0 0",
  "/dev/sdc1 /mnt/a ext4 rw 0 0",
  "me@host: /mnt/a fuse.sshfs rw 0 0",
  ""
].join("\n")

describe("mountIn", () => {
  const cases: ReadonlyArray<[string, string]> = [
    ["/", "ext4"],
    ["/home/me", "ext4"],
    ["/tmp", "tmpfs"],
    ["/tmpfiles", "ext4"],
    ["/tmp/a/b", "tmpfs"],
    ["/srv/other", "xfs"],
    ["/srv/my data/content", "nfs4"],
    ["/mnt/a/b", "fuse.sshfs"]
  ]
  for (const [directory, type] of cases) {
    it(`${directory} is on ${type}`, () =>
      assert.strictEqual(mountIn(mounts, directory)?.type, type))
  }

  it("a system that tells nothing has no mount", () => assert.isUndefined(mountIn("", "/home")))
})
