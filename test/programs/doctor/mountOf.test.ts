// Which mount a directory is on, as the kernel tells it.
import { assert, describe, it } from "@effect/vitest"
import { mountIn } from "../../../src/programs/doctor/crashtest/mountOf.ts"

const mounts = [
  "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
  "23 22 0:30 / /tmp rw - tmpfs tmpfs rw,size=1024k",
  "24 22 0:31 / /srv/my\\040data rw shared:2 master:1 - nfs4 nas:/data rw,vers=4.2",
  "25 22 8:17 / /srv rw - xfs /dev/sdb1 rw",
  "26 22 8:33 / /mnt/a rw - ext4 /dev/sdc1 rw",
  "27 26 0:32 / /mnt/a rw - fuse.sshfs me@host: rw",
  "28 22 8:1 /var/data /bound rw shared:1 - ext4 /dev/sda1 rw",
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
    ["/mnt/a/b", "fuse.sshfs"],
    ["/bound/x", "ext4"]
  ]
  for (const [directory, type] of cases) {
    it(`${directory} is on ${type}`, () =>
      assert.strictEqual(mountIn(mounts, directory)?.type, type))
  }

  it("names the device, also of a directory that is bound elsewhere", () => {
    assert.strictEqual(mountIn(mounts, "/bound/x")?.device, "8:1")
    assert.strictEqual(mountIn(mounts, "/srv/other")?.device, "8:17")
  })

  it("a system that tells nothing has no mount", () => assert.isUndefined(mountIn("", "/home")))
})
