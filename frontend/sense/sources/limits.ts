// What the graphics unit can do: its limits, and a hash of the extensions it has. By unit
// and driver; stable between updates. Brave and Firefox's resistFingerprinting round them.

import { hash } from "../hash";
import { drawing } from "../webgl";

export default function limits(): (string | number)[] | undefined {
  const gl = drawing();
  if (!gl) return undefined;
  const numbers = [
    gl.MAX_TEXTURE_SIZE, gl.MAX_CUBE_MAP_TEXTURE_SIZE, gl.MAX_RENDERBUFFER_SIZE, gl.MAX_VERTEX_ATTRIBS, gl.MAX_VERTEX_UNIFORM_VECTORS,
    gl.MAX_FRAGMENT_UNIFORM_VECTORS, gl.MAX_VARYING_VECTORS, gl.MAX_COMBINED_TEXTURE_IMAGE_UNITS,
  ].map((name) => Number(gl.getParameter(name)));
  return [...numbers, gl.getShaderPrecisionFormat(gl.FRAGMENT_SHADER, gl.HIGH_FLOAT)?.precision ?? 0, hash((gl.getSupportedExtensions() ?? []).join())];
}
