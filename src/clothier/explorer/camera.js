// World -> screen. A map fills the square, or the ball, from -1 to 1; cameras move over that.

export const START = Object.freeze({ x: 0, y: 0, zoom: 1, yaw: 0.6, pitch: 0.35 });
const DEPTH = 0.28; // how much nearer points are larger: a hint of perspective, not a wide-angle lens

// Pixels of the smaller side that a distance of 1 takes at zoom 1.
function unit({ width, height }, camera) {
  return 0.455 * Math.min(width, height) * camera.zoom;
}

// World (n, 3) -> screen (n, 3): x, y in pixels, and depth in [-1, 1], nearest 1 (0 for a flat map).
export function project(world, flat, camera, size, screen) {
  const scale = unit(size, camera);
  const [middleX, middleY] = [size.width / 2, size.height / 2];
  if (flat) {
    for (let place = 0; place < world.length; place += 3) {
      screen[place] = middleX + scale * (world[place] - camera.x);
      screen[place + 1] = middleY - scale * (world[place + 1] - camera.y);
      screen[place + 2] = 0;
    }
    return;
  }
  const [cosYaw, sinYaw] = [Math.cos(camera.yaw), Math.sin(camera.yaw)];
  const [cosPitch, sinPitch] = [Math.cos(camera.pitch), Math.sin(camera.pitch)];
  for (let place = 0; place < world.length; place += 3) {
    const x = cosYaw * world[place] + sinYaw * world[place + 2];
    const back = cosYaw * world[place + 2] - sinYaw * world[place];
    const y = cosPitch * world[place + 1] - sinPitch * back;
    const depth = sinPitch * world[place + 1] + cosPitch * back;
    const near = scale / (1 - DEPTH * depth);
    screen[place] = middleX + near * x - scale * camera.x;
    screen[place + 1] = middleY - near * y + scale * camera.y;
    screen[place + 2] = depth;
  }
}

export function pan(camera, size, dx, dy) {
  const scale = unit(size, camera);
  return { ...camera, x: camera.x - dx / scale, y: camera.y + dy / scale };
}

export function rotate(camera, size, dx, dy) {
  const turn = Math.PI / Math.min(size.width, size.height);
  const pitch = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, camera.pitch + turn * dy));
  return { ...camera, yaw: camera.yaw + turn * dx, pitch };
}

// What lies under (x, y) in pixels stays there.
export function zoomAt(camera, size, x, y, factor) {
  const zoom = Math.max(0.5, Math.min(200, camera.zoom * factor));
  const shift = 1 / unit(size, camera) - 1 / unit(size, { ...camera, zoom });
  const [fromX, fromY] = [x - size.width / 2, y - size.height / 2];
  return { ...camera, zoom, x: camera.x + fromX * shift, y: camera.y - fromY * shift };
}
