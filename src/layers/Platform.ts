// The disk of this machine and its locks: what every command stands on.
import * as Layer from "effect/Layer"
import * as NativeFileLock from "./NativeFileLock.ts"
import * as NodeDisk from "./NodeDisk.ts"

export const layer = Layer.merge(NodeDisk.layer, NativeFileLock.layer)
