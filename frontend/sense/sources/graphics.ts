// The graphics unit's maker and name, as WebGL tells them. Stable, and among the
// most telling signals. Firefox rounds the name to a family, Safari says
// "Apple GPU" everywhere, virtual machines say SwiftShader or llvmpipe.

import { drawing } from "../webgl";

export default function graphics(): string[] | undefined {
  const gl = drawing();
  if (!gl) return undefined;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const names = info ? [info.UNMASKED_VENDOR_WEBGL, info.UNMASKED_RENDERER_WEBGL] : [gl.VENDOR, gl.RENDERER];
  return names.map((name) => String(gl.getParameter(name)).slice(0, 200));
}
