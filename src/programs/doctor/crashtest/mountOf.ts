// Which file system a directory is on, and what can be said of its promises before anything is tried.
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { Disk } from "../../../services/durability/Disk.ts"
import { readAllAt } from "../../../services/durability/FileIo.ts"
import type { DoctorCheck } from "../DoctorReport.ts"
import { ok, warn } from "../DoctorReport.ts"

export interface Mount {
  /** As the kernel names it: `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string
  readonly mountPoint: string
  readonly source: string
}

const mountsPath = "/proc/self/mounts"
/** A file of the kernel has no size; this is more than thousands of containers fill. */
const mountsBytesMax = 4 * 1024 * 1024

/** Spaces, tabs, newlines and backslashes stand in octal. */
const unescape = (field: string): string =>
  field.replace(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))
  )

const isBelow = (directory: string, mountPoint: string): boolean =>
  mountPoint === "/" || directory === mountPoint || directory.startsWith(`${mountPoint}/`)

/** The mount that an absolute path without symbolic links is on; of several at one place the last hides the others. */
export const mountIn = (mounts: string, directory: string): Mount | undefined => {
  let found: Mount | undefined
  for (const line of mounts.split("\n")) {
    const [source, mountPoint, type] = line.split(" ").map(unescape)
    if (source === undefined || mountPoint === undefined || type === undefined) continue
    if (!isBelow(directory, mountPoint) || mountPoint.length < (found?.mountPoint.length ?? 0)) {
      continue
    }
    found = { type, mountPoint, source }
  }
  return found
}

const readMounts = Effect.gen(function*() {
  const disk = yield* Disk
  const bytes = Buffer.allocUnsafe(mountsBytesMax)
  const count = yield* readAllAt(disk, yield* disk.open(mountsPath, "read"), bytes, 0)
  return bytes.toString("utf8", 0, count)
}).pipe(Effect.scoped, Effect.orElseSucceed(() => ""))

/** Undefined where the system does not tell. */
export const mountOf = Effect.fnUntraced(function*(directory: string) {
  const real = yield* (yield* Disk).realPath(directory)
  return mountIn(yield* readMounts, real)
})

/** A sync there may end at another machine, which may answer before its own disk has. */
const network =
  /^(nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|gfs2?|ocfs2|beegfs\w*|gpfs|davfs|ncpfs|virtiofs|vboxsf|prl_fs|drvfs|glusterfs|fuse\.(sshfs|s3fs|gcsfuse|goofys|rclone|glusterfs|ceph|davfs2|cephfs|juicefs|vmhgfs-fuse|mergerfs|nfs))$/
const userSpace = /^fuse(blk)?(\.|$)/
const memory = /^(tmpfs|ramfs|devtmpfs)$/

/** Whether the file system keeps nothing through a power cut anyway, so that fast syncs mean nothing there. */
export const isInMemory = (mount: Mount | undefined): boolean =>
  mount !== undefined && memory.test(mount.type)

const name = "mount"

export const checkMount = (directory: string, mount: Mount | undefined): DoctorCheck => {
  if (mount === undefined) {
    return ok(name, `${directory}; this system does not tell which file system that is`)
  }
  const seen = `${directory} is on ${mount.type} (${mount.source} at ${mount.mountPoint})`
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
