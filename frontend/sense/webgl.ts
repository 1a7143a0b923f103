// One drawing context for every signal that wants one: making it is what takes long.

let gl: WebGLRenderingContext | null | undefined;

/** The page's own hidden WebGL context; null where there is none. */
export function drawing(): WebGLRenderingContext | null {
  gl ??= document.createElement("canvas").getContext("webgl");
  return gl;
}

/** Gives the context back to the browser, which has only a few for all pages. */
export function putAway(): void {
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  gl = undefined;
}
