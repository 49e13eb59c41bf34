// What a person does about a call on the disk that failed, by the system's code, and what the command exits with.
import { ExitCode } from "../ExitCode.ts"

export interface DiskAdvice {
  /** `paused` where the disk is at fault, `usage` where the path is. */
  readonly exitCode: number
  /** The next thing to do; empty where the error itself says it. */
  readonly next: string
}

const again = "then run the same command again"

/** The disk takes nothing more, or gives nothing back. */
const disk = (next: string): DiskAdvice => ({
  exitCode: ExitCode.paused,
  next: next === "" ? "" : `${next}, ${again}`
})
/** Another path, or another file at it, is wanted. */
const path = (next: string): DiskAdvice => ({ exitCode: ExitCode.usage, next })

const fullDisk = disk("free some space there")
const denied = path("let this user read and write there, or name another place")
const unsupported = path(
  "this file system cannot do what durable files need: name a place on a local disk"
)
const openFiles = disk("raise the limit of open files (ulimit -n)")

const byCode: { readonly [code in string]?: DiskAdvice } = {
  ENOSPC: fullDisk,
  EDQUOT: fullDisk,
  EROFS: disk("mount that file system writable, or name another place"),
  EIO: disk("mend the disk (the kernel's log says more: dmesg)"),
  EMFILE: openFiles,
  ENFILE: openFiles,
  ENOMEM: disk("free some memory"),
  ETIMEDOUT: disk("wait until the file server answers"),
  ENOLCK: disk("let the file server give locks"),
  // Ours, or the network's: what is there is not what was there a moment ago.
  ESTALE: disk(""),
  EUCLEAN: disk(""),
  ENOENT: path("check where it is named"),
  ENOTDIR: path("a part of this path is no directory: check where it is named"),
  ENAMETOOLONG: path("check where it is named"),
  ELOOP: path("its symbolic links lead in a circle: name another place"),
  EISDIR: path("name a file"),
  EACCES: denied,
  EPERM: denied,
  EINVAL: unsupported,
  ENOSYS: unsupported,
  ENOTSUP: unsupported,
  EOPNOTSUPP: unsupported,
  // These are ours, and say what to do.
  EBADMSG: path(""),
  EBUSY: path(""),
  EEXIST: path(""),
  EFBIG: path(""),
  EILSEQ: path(""),
  ERR_NATIVE_LOCK: path(""),
  ESPIPE: path("")
}

/** A code that is not known here is nobody's but ours. */
export const diskAdvice = (code: string): DiskAdvice =>
  byCode[code] ?? { exitCode: ExitCode.internalError, next: "" }
