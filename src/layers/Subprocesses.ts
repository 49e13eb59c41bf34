// Starts processes of this machine.
import * as NodeServices from "@effect/platform-node/NodeServices"

export const layer = NodeServices.layer
