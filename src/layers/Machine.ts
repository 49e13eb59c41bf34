// This machine: its disk and locks, its name, and how the person at it started us. What the work of every command stands on.
import * as Layer from "effect/Layer"
import * as NodeHost from "./NodeHost.ts"
import * as NodeTypedCommand from "./NodeTypedCommand.ts"
import * as Platform from "./Platform.ts"

export const layer = Layer.mergeAll(NodeHost.layer, NodeTypedCommand.layer, Platform.layer)
