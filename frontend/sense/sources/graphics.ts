// The graphics unit's maker and name, as WebGL tells them. Stable, and among the
// most telling signals. Firefox rounds the name to a family, Safari says
// "Apple GPU" everywhere, virtual machines say SwiftShader or llvmpipe.

export default function graphics(): string[] | undefined {
  const gl = document.createElement("canvas").getContext("webgl");
  if (!gl) return undefined;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const names = info ? [info.UNMASKED_VENDOR_WEBGL, info.UNMASKED_RENDERER_WEBGL] : [gl.VENDOR, gl.RENDERER];
  const told = names.map((name) => String(gl.getParameter(name)).slice(0, 200));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return told;
}
