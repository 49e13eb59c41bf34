// Which IP addresses belong to the public internet: pages are fetched from nowhere else.
import * as net from "node:net"

const subnets: ReadonlyArray<readonly [string, number, "ipv4" | "ipv6"]> = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.88.99.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 3, "ipv4"]
]

const blockedIpv4 = new net.BlockList()
for (const [prefix, bits, family] of subnets) blockedIpv4.addSubnet(prefix, bits, family)

// Of IPv6 only global unicast is public, without the ranges in it that carry or translate other addresses.
const globalIpv6 = new net.BlockList()
globalIpv6.addSubnet("2000::", 3, "ipv6")
const blockedIpv6 = new net.BlockList()
for (
  const [prefix, bits] of [["2001::", 23], ["2001:db8::", 32], ["2002::", 16], [
    "3fff::",
    20
  ]] as const
) {
  blockedIpv6.addSubnet(prefix, bits, "ipv6")
}

/** Whether an IP address, as resolved, is one of the public internet. What is no address is not. */
export const isPublicAddress = (address: string): boolean => {
  const family = net.isIP(address)
  if (family === 4) return !blockedIpv4.check(address, "ipv4")
  return family === 6 && globalIpv6.check(address, "ipv6") && !blockedIpv6.check(address, "ipv6")
}

export type Allowed = (address: string) => boolean

/** Which addresses may be spoken to: the public ones, and those of the list (`10.1.2.3`, `10.0.0.0/8`, `fd00::/8`). */
export const makeAllowed = (extra: ReadonlyArray<string>): Allowed => {
  const listed = new net.BlockList()
  for (const each of extra) {
    const [address = "", bits] = each.split("/")
    const family = net.isIP(address) === 6 ? "ipv6" : "ipv4"
    if (bits === undefined) listed.addAddress(address, family)
    else listed.addSubnet(address, Number(bits), family)
  }
  return (address) => {
    const family = net.isIP(address)
    return family !== 0 &&
      (isPublicAddress(address) || listed.check(address, family === 6 ? "ipv6" : "ipv4"))
  }
}
