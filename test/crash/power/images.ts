// Disks that a crash has left, looked at: which are the same to a recovery, and what stands on them whole.
import { hash } from "node:crypto"
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import { digest } from "../../../src/services/Digest.ts"
import { slotBytes } from "../../../src/services/durability/Slot.ts"
import { filesOf, mastersOf } from "./invariants.ts"
import type { Line } from "./lines.ts"
import type { Promised } from "./stage.ts"
import { data } from "./stage.ts"

/** Files of which any part is as good as any other: a recovery believes nothing of them, or never reads them. */
export const isCoarse = (path: string) =>
  path === data.appenderLock || path.startsWith(`${data.quarantine}/`)

/** What a recovery can tell of the lock file: the slots of this boot in it. Of all else in it nothing is believed. */
const slotsOf = (bytes: Buffer, bootId: string): Buffer => {
  const isOfThisBoot = (at: number) =>
    bytes.toString("hex", at + 16, at + 32) === digest(`${bootId}\n`)
  return Buffer.concat(
    [0, slotBytes].filter(isOfThisBoot).map((at) => bytes.subarray(at, at + slotBytes))
  )
}

/** Most files of a disk are those of the one before it. */
const digests = new WeakMap<Buffer, string>()

const digestOf = (bytes: Buffer): string => {
  let found = digests.get(bytes)
  if (found === undefined) digests.set(bytes, found = hash("sha1", bytes, "base64"))
  return found
}

/** Equal for disks on which a recovery does the same. */
export const keyOf = (image: CrashImage): string =>
  hash(
    "sha1",
    image.files.map(({ bytes, inode, path }) => {
      const seen = path === data.appenderLock ? slotsOf(bytes, image.bootId) : bytes
      return `${path} ${inode} ${digestOf(seen)}\n`
    }).join(""),
    "hex"
  )

/** Every line that a power cut has left whole: it is on the disk, and no recovery may lose it. */
export const wholeIn = (image: CrashImage): ReadonlyArray<Promised> => {
  const { rejects, successes, updates } = mastersOf(filesOf(image))
  const whole = (lines: ReadonlyArray<Line>, promise: Pick<Promised, "kind" | "only">) =>
    lines.filter(({ isValid }) => isValid).map(({ atMs, id, slug }) => ({
      ...promise,
      id,
      slug,
      atMs,
      after: 0
    }))
  return [
    ...whole(updates.lines, { kind: "record", only: "updates" }),
    ...whole(successes.lines, { kind: "record", only: "successes" }),
    ...whole(rejects.lines, { kind: "reject" })
  ]
}
