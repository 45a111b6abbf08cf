/**
 * A page of Slipway calls nobody, and its policy says so for everything but peer connections: those send packets to any
 * address a script names, and no policy that browsers know forbids them. Removed before anything else runs.
 */
for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCIceTransport', 'WebTransport'])
  if (name in globalThis)
    Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });
