// Which file system a directory is on, and what can be said of its promises before anything is tried.
import * as Effect from "effect/Effect"
import { Disk } from "../../../services/durability/Disk.ts"
import { FileSystemType } from "../../../services/durability/FileSystemType.ts"
import type { DoctorCheck } from "../DoctorReport.ts"
import { ok, warn } from "../DoctorReport.ts"
import { readKernelFile } from "./readKernelFile.ts"

export interface Mount {
  /** As the kernel names it: `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string
  readonly mountPoint: string
  readonly source: string
  /** `8:1`; file systems without a device of their own have one with 0 before the colon. */
  readonly device: string
}

const mountsPath = "/proc/self/mountinfo"

/** Spaces, tabs, newlines and backslashes stand in octal. */
const unescape = (field: string): string =>
  field.replace(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))
  )

const isBelow = (directory: string, mountPoint: string): boolean =>
  mountPoint === "/" || directory === mountPoint || directory.startsWith(`${mountPoint}/`)

/** `36 35 8:1 /root /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw`, with any number of fields before the hyphen. */
const mountOfLine = (line: string): Mount | undefined => {
  const [before = "", after = ""] = line.split(" - ")
  const [, , device, , mountPoint] = before.split(" ").map(unescape)
  const [type, source] = after.split(" ").map(unescape)
  return device === undefined || mountPoint === undefined || !type || source === undefined
    ? undefined
    : { type, mountPoint, source, device }
}

/** The mount that an absolute path without symbolic links is on; of several at one place the last hides the others. */
export const mountIn = (mounts: string, directory: string): Mount | undefined => {
  let found: Mount | undefined
  for (const line of mounts.split("\n")) {
    const mount = mountOfLine(line)
    if (mount === undefined || !isBelow(directory, mount.mountPoint)) continue
    if (mount.mountPoint.length >= (found?.mountPoint.length ?? 0)) found = mount
  }
  return found
}

/** Kinds of which it matters that nothing hides them, by the numbers of statfs(2). */
const types: { readonly [magic in number]?: string } = {
  0x6969: "nfs",
  0xff534d42: "cifs",
  0xfe534d42: "smb2",
  0x517b: "smb",
  0x01021997: "9p",
  0x5346414f: "afs",
  0x00c36400: "ceph",
  0x0bd00bd0: "lustre",
  0x01161970: "gfs2",
  0x7461636f: "ocfs2",
  0x47504653: "gpfs",
  0x19830326: "beegfs",
  0x786f4256: "vboxsf",
  0x65735546: "fuse",
  0x01021994: "tmpfs",
  0x858458f6: "ramfs",
  0x794c7630: "overlay"
}

/** A sync there may end at another machine, which may answer before its own disk has. */
const network =
  /^(nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|gfs2?|ocfs2|beegfs\w*|gpfs|davfs|ncpfs|virtiofs|vboxsf|prl_fs|drvfs|glusterfs|fuse\.(sshfs|s3fs|gcsfuse|goofys|rclone|glusterfs|ceph|davfs2|cephfs|juicefs|vmhgfs-fuse|mergerfs|nfs))$/
const userSpace = /^fuse(blk)?(\.|$)/
const memory = /^(tmpfs|ramfs|devtmpfs)$/

const isSpecial = (type: string): boolean =>
  type === "overlay" || [network, userSpace, memory].some((kind) => kind.test(type))

/** Undefined where the system does not tell. */
export const mountOf = Effect.fnUntraced(function*(directory: string) {
  const disk = yield* Disk
  const real = yield* disk.realPath(directory)
  const listed = mountIn(yield* readKernelFile(mountsPath), real)
  const type = types[(yield* (yield* FileSystemType).of(real)) ?? 0]
  // The table may not be there, or tell of another mount than the one that answers.
  return type === undefined || (listed !== undefined && isSpecial(listed.type))
    ? listed
    : { type, mountPoint: listed?.mountPoint ?? "", source: "unknown", device: "0:0" }
})

/** Whether the file system keeps nothing through a power cut anyway, so that fast syncs mean nothing there. */
export const isInMemory = (mount: Mount | undefined): boolean =>
  mount !== undefined && memory.test(mount.type)

const name = "mount"

export const checkMount = (directory: string, mount: Mount | undefined): DoctorCheck => {
  if (mount === undefined) {
    return ok(name, `${directory}; this system does not tell which file system that is`)
  }
  const where = mount.mountPoint === "" ? "" : ` at ${mount.mountPoint}`
  const seen = `${directory} is on ${mount.type} (${mount.source}${where})`
  if (memory.test(mount.type)) {
    return warn(
      name,
      seen,
      `${mount.type} does not survive a power cut or a reboot: keep the data directory on a real disk`
    )
  }
  if (network.test(mount.type)) {
    const advice =
      `${mount.type} is a network or shared file system: its locks and syncs are as good as the server behind ` +
      "it, and nothing here can test that. Keep the data directory on a local disk"
    return warn(name, seen, advice)
  }
  if (userSpace.test(mount.type)) {
    const advice =
      "a file system in user space decides itself what a sync means: keep the data directory on ext4, xfs, " +
      "btrfs or zfs, unless you know what this one does"
    return warn(name, seen, advice)
  }
  if (mount.type === "overlay") {
    const advice =
      "overlay is a container's own layer, which goes when the container is removed: mount a volume for the " +
      "data directory"
    return warn(name, seen, advice)
  }
  return ok(name, seen)
}
