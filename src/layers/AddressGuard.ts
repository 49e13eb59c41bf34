// What may be connected to: addresses of the public internet and those of the job, wherever a name or a URL leads.
//
// The address is checked where the connection is made, so a name cannot resolve to one address for the check and to
// another for the connection, and once more on the connection itself.
import type * as dns from "node:dns"
import * as net from "node:net"
import type { buildConnector } from "undici"
import type { Allowed } from "./PublicAddress.ts"

/** Thrown where a connection is made; undici hands it on as it is. */
export class PrivateAddress extends Error {
  constructor(host: string, address: string) {
    super(`${host} is at ${address}, which is not an address of the public internet`)
  }
}

export const guardedLookup =
  (isAllowed: Allowed, resolve: typeof dns.lookup): net.LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const inside = error === null
        ? addresses.find(({ address }) => !isAllowed(address))
        : undefined
      const first = error === null ? addresses[0] : undefined
      // One bad address spoils the name: an attacker's server would offer a good one beside it.
      if (inside !== undefined) callback(new PrivateAddress(hostname, inside.address), "")
      else if (error !== null || first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), "")
      } else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }

/** Hands on only connections whose other end may be spoken to. */
export const guardedConnector = (
  connect: buildConnector.connector,
  isAllowed: Allowed
): buildConnector.connector =>
(options, callback) =>
  connect(options, (...[error, socket]) => {
    const address = socket?.remoteAddress ?? ""
    if (error !== null) callback(error, null)
    else if (isAllowed(address)) callback(null, socket)
    else {
      socket.destroy()
      callback(new PrivateAddress(options.hostname, address), null)
    }
  })

/** The URL as it may be fetched, or why it may not. The resolver never sees a literal address, so it is checked here. */
export const checkUrl = (text: string, isAllowed: Allowed): URL | string => {
  if (!URL.canParse(text)) return "it is not a URL"
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return "only http and https URLs are fetched"
  }
  if (url.username !== "" || url.password !== "") {
    return "a URL with a user name or password is not fetched"
  }
  const host = url.hostname.replace(/^\[|\]$/g, "")
  if (net.isIP(host) !== 0 && !isAllowed(host)) {
    return `${host} is not an address of the public internet`
  }
  return url
}
