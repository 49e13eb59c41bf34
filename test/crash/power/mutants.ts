// Planted defects: each must be found by the campaign, or it proves nothing about what it is silent on.
//
// Some stand between the code and its disk and drop or change a call; the others are the code itself with one change.
import type { Tamper } from "./stage.ts"
import { data } from "./stage.ts"
import {
  retryingSync,
  rewritingInPlace,
  withoutDirectorySync,
  withoutLocks,
  withoutSyncOf
} from "./tampers.ts"
import type { UnitKind } from "./units.ts"

export interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

export interface Mutant {
  readonly name: string
  /** The workload and kind of unit in which it shows. */
  readonly workload: string
  readonly kind: UnitKind
  /** What it breaks. Anything else that is found, an exception say, is not what was planted. */
  readonly finds: RegExp
  readonly change?: Change | ReadonlyArray<Change>
  readonly tamper?: Tamper
}

const durability = (file: string, from: string, to: string): Change => ({
  file: `services/durability/${file}`,
  from,
  to
})

// Not in this list, since no state tells them from the code as it is:
// - believing a slot of another boot: a slot is only ever written once what it vouches for is durable, so it stays true. The
//   boot id guards against what the disk of this machine cannot do: a data directory copied, or put back from a backup;
// - not writing a dirty slot after a failed write: the files are longer than the clean slot says, which is as good a sign.
export const mutants: ReadonlyArray<Mutant> = [
  {
    name: "no sync of updates",
    workload: "one writer",
    kind: "crash",
    finds: /^I1: .*updates\.jsonl$/,
    tamper: withoutSyncOf(data.updates)
  },
  {
    name: "no sync of successes",
    workload: "one writer",
    kind: "crash",
    finds: /^I1: .*successes\.jsonl$/,
    tamper: withoutSyncOf(data.successes)
  },
  {
    name: "no sync of rejects",
    workload: "rejects",
    kind: "crash",
    finds: /^I1: .*rejects\.jsonl$/,
    tamper: withoutSyncOf(data.rejects)
  },
  {
    name: "no directory sync after a create",
    workload: "one writer",
    kind: "crash",
    finds: /^I7: the disk was opened, and a power cut can change/,
    tamper: withoutDirectorySync(false)
  },
  {
    name: "no directory sync after a rename",
    workload: "one writer, small batches",
    kind: "crash",
    finds: /^I7: the disk was opened, and a power cut can change/,
    tamper: withoutDirectorySync(true)
  },
  {
    name: "no tail repair",
    workload: "one writer, small batches",
    kind: "crash",
    finds: /^I4: updates\.jsonl has an unterminated end/,
    change: durability("Recovery.ts", "if (cut === from + bytes.byteLength)", "if (cut >= 0)")
  },
  {
    name: "repair without sync",
    workload: "one writer, small batches",
    kind: "crash",
    finds: /^I7: the disk was opened/,
    change: durability(
      "Recovery.ts",
      "    yield* context.disk.truncate(file, cut)\n    yield* context.disk.datasync(file)",
      "    yield* context.disk.truncate(file, cut)"
    )
  },
  {
    name: "rewritten end without sync",
    workload: "one writer, small batches",
    kind: "crash",
    finds: /^I7: the disk was opened/,
    change: durability(
      "Redo.ts",
      "  yield* appendAll(disk, file, redo.lines)\n  yield* disk.datasync(file)",
      "  yield* appendAll(disk, file, redo.lines)"
    )
  },
  {
    name: "rewritten end without redo file",
    workload: "one writer, small batches",
    kind: "crash",
    finds: /^I[13]: /,
    change: [
      durability(
        "Redo.ts",
        "yield* onDiskOf(context)(replaceFile(redoPath(file.path), encodeRedo(file.path, redo)))",
        ""
      ),
      durability("Redo.ts", "yield* disk.unlink(redoPath(file.path))", "")
    ]
  },
  {
    name: "no sync on open",
    workload: "journal",
    kind: "crash",
    finds: /^I7: the disk was opened, and a power cut can change .*ai-run/,
    change: durability(
      "Recovery.ts",
      "  for (const file of files) yield* context.disk.datasync(file)\n",
      ""
    )
  },
  {
    name: "retry after a failed sync",
    workload: "one writer",
    kind: "failOnce",
    finds: /^I7: the disk was opened/,
    tamper: retryingSync
  },
  {
    name: "in-place rewrite after a failed sync",
    workload: "one writer",
    kind: "failOnce",
    finds: /^I7: the disk was opened/,
    tamper: rewritingInPlace
  },
  {
    name: "append can be interrupted",
    workload: "interrupted writers",
    kind: "crash",
    finds: /^I1: \w+\.jsonl has lost/,
    change: durability(
      "CommitLog.ts",
      "Effect.uninterruptible(Effect.callback<void, AppendError>((resume) => {",
      "(Effect.callback<void, AppendError>((resume) => {"
    )
  },
  {
    name: "acknowledgement before sync",
    workload: "one writer",
    kind: "crash",
    finds: /^I1: updates\.jsonl has lost/,
    change: durability(
      "GroupCommit.ts",
      "    const { bytes, waiters } = this.#queue.take()\n",
      "    const { bytes, waiters } = this.#queue.take()\n    for (const resume of waiters) resume(Effect.void)\n"
    )
  },
  {
    name: "no lock",
    workload: "two processes",
    kind: "crash",
    finds: /^I1: \w+\.jsonl has lost/,
    tamper: withoutLocks
  },
  {
    name: "checksum not checked",
    workload: "one writer, small batches",
    kind: "crash",
    finds: /^I4: \w+\.jsonl has a terminated line that is not valid/,
    change: durability(
      "LineCodec.ts",
      `if (marks === (intact | framed)) return "valid"`,
      `if ((marks & framed) !== 0) return "valid"`
    )
  },
  {
    name: "consolidation without inode check",
    workload: "consolidation beside a writer",
    kind: "crash",
    finds: /^I1: updates\.jsonl has lost/,
    change: durability(
      "LogFiles.ts",
      "found.every(({ inode }, index) => inode === held.opened.inodes[index])",
      "found.every(({ inode }) => inode >= 0)"
    )
  },
  {
    name: "successes written first",
    workload: "one writer",
    kind: "crash",
    finds: /^I3: /,
    change: durability(
      "LogFiles.ts",
      "appendToAll(disk, held.opened.files, batch)",
      "appendToAll(disk, [...held.opened.files].reverse(), batch)"
    )
  },
  {
    name: "what a failed sync dropped is not written anew",
    workload: "one writer",
    kind: "failOnce",
    finds: /^recovery has lost|^I7/,
    change: durability(
      "Recovery.ts",
      "const kept = bySlot ? lines : lines.slice(intactLines)",
      "const kept = lines.slice(intactLines)"
    )
  },
  {
    name: "masters not brought to agree",
    workload: "one writer",
    kind: "crash",
    finds: /^I2: /,
    change: durability(
      "Recovery.ts",
      "if (first === undefined || second === undefined)",
      "if (first !== undefined)"
    )
  },
  {
    name: "leftover temps not swept",
    workload: "consolidation",
    kind: "crash",
    finds: /^I6: /,
    change: durability(
      "ReplaceFile.ts",
      "Effect.filter(names.filter(isTempName)",
      "Effect.filter([] as Array<string>"
    )
  },
  {
    name: "swap that was cut off not finished",
    workload: "consolidation",
    kind: "crash",
    finds: /^I6: /,
    change: durability(
      "SwapFiles.ts",
      "    if (marker === undefined) return false",
      "    if (marker !== undefined || true) return false"
    )
  },
  {
    name: "answer written to the journal without sync",
    workload: "journal",
    kind: "crash",
    finds: /^I10: .* is (missing|forgotten)/,
    change: durability(
      "LogFiles.ts",
      "appendToAll(disk, opened.files, batch)",
      "Effect.forEach(opened.files, (file) => appendAll(disk, file, batch), { discard: true })"
    )
  },
  {
    name: "nobody is told of a failure",
    workload: "one writer",
    kind: "failOnce",
    finds: /^after a failed call a process waits for ever/,
    change: durability(
      "GroupCommit.ts",
      "for (const resume of waiters) resume(Effect.fail(batch))",
      ""
    )
  },
  {
    name: "a log that has failed is written on",
    workload: "journal",
    kind: "failOnce",
    finds: /^I4: a reader of .*ai-run|^I10: /,
    change: durability("CommitLog.ts", "if (poison !== undefined) return poison", "")
  }
]
