// A whole disk as it stands at one moment: what a machine starts with, and what a crash leaves.

export interface CrashImage {
  /** What the system answers for its boot: the same after the death of a process, another one after a power cut. */
  readonly bootId: string
  readonly directories: ReadonlyArray<string>
  /** By path; two names of one inode are one file. */
  readonly files: ReadonlyArray<
    { readonly path: string; readonly inode: number; readonly bytes: Buffer }
  >
}

export const emptyImage: CrashImage = { bootId: "boot-1", directories: [], files: [] }

/** The boot after that one. */
export const nextBootId = (bootId: string): string =>
  `boot-${Number(bootId.slice("boot-".length)) + 1}`
