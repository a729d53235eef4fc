/** An ordinary three.js scene, a ring, and a spiking field: ?scene=ADDRESS names its file. */
import { AmbientLight, Color, Mesh, MeshStandardMaterial, PerspectiveCamera, Scene, TorusGeometry } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { WebGPURenderer } from 'three/webgpu';
import { SpikingField } from 'spikeray/three';

const address = new URLSearchParams(location.search);
const renderer = new WebGPURenderer({ antialias: true, forceWebGL: address.has('webgl') });
renderer.setSize(innerWidth, innerHeight);
document.body.append(renderer.domElement);

const scene = new Scene();
scene.background = new Color('#9db4c8');
scene.add(new AmbientLight('#ffffff', 3));
const draw = address.get('draw') as 'gpu' | 'worker' | null;
const field = await SpikingField.load(address.get('scene') ?? 'scene.spikeray', { draw: draw ?? undefined });
const ring = new Mesh(new TorusGeometry(1, 0.1), new MeshStandardMaterial({ color: '#d04040' }));
scene.add(field, ring);

const camera = new PerspectiveCamera(50, innerWidth / innerHeight, 0.05, 100);
field.lookAtIt(camera);
const controls = new OrbitControls(camera, renderer.domElement);
controls.target.copy(field.localToWorld(field.centre));
ring.position.copy(controls.target);
field.addEventListener('change', ({ full }) => (document.body.dataset.field = full ? 'full' : 'coarse'));
void renderer.setAnimationLoop(() => {
  controls.update();
  renderer.render(scene, camera);
});
