/** The public API: everything the command line is made of, without Node. `spikeray` on the command line is src/cli/. */
export type { SceneSpace } from './spaces/space.ts';
export type { GridSpec } from './geometry/grid.ts';
export type { Vec3 } from './geometry/vector.ts';
export type { Rays } from './geometry/rays.ts';
export type { Counts } from './engine/counts.ts';
export { lookAt } from './geometry/look-at.ts';
export type { Distortion, Intrinsics } from './geometry/intrinsics.ts';
export { detectFormat, openScene, type OpenOptions } from '../datasets/index.ts';
export { inspectScene, type SceneReport } from '../datasets/inspect-scene.ts';
export type { Background, DepthRange, SceneData, SplitName, View } from '../datasets/scene-data.ts';
export { drawScene, type ScenePicture } from '../datasets/scene-picture.ts';
export { SYNTHETIC_SCENES } from '../datasets/synth/scenes.ts';
export { writeSyntheticScene, type SynthOptions } from '../datasets/synth/write-synthetic-scene.ts';
export { orbitPath, viewPath, type NamedCamera } from '../renderer/paths/camera-path.ts';
export { parseCameraPath } from '../renderer/paths/nerfstudio-path.ts';
export { cameraRays, type Camera } from './geometry/camera.ts';
export { renderImage, type RenderedImage } from '../renderer/render-image.ts';
export type { Backend, BackendName, Capacity, FieldEngine, RenderSettings, StepSettings, TrainBatch } from './engine/backend.ts';
export type { ProbedLayer, ProbedRay, ProbedSample, ProbedStep } from './engine/probe.ts';
export { selectBackend, type BackendChoice, type BackendStarters } from './backends/select-backend.ts';
export { createTfjsBackend } from './backends/tfjs/tfjs-backend.ts';
export { createBackend as createWasmBackend } from './backends/wasm/wasm-backend.ts';
export { plannedSteps, withMaxSteps } from './config/planned-steps.ts';
export { presets, type PresetName } from './config/presets.ts';
export { applyRequests, parseConfig, resolveConfig, type Request } from './config/resolve-config.ts';
export type { NetworkConfig } from './config/network-schema.ts';
export { configSchema, type Config } from './config/schema.ts';
export { settings, type Setting } from './config/settings.ts';
export { energyReport, type EnergyReport } from './energy/energy-report.ts';
export { BackendError, DeviceError, InputError, MemoryError, SpikeRayError, StorageError } from './base/errors.ts';
export type { EvalReport } from './eval/eval-report.ts';
export { evaluateField } from './eval/evaluate-field.ts';
export { openField } from './eval/open-field.ts';
export type { Files, Image8, ImageCodec, PixelBuffer } from './io/files.ts';
export { defineNeuron, type NeuronDefinition, type NeuronText } from './neurons/define-neuron.ts';
export * as expressions from './neurons/graph.ts';
export { builtInNeurons, registerNeuron } from './neurons/index.ts';
export {
  aboveOne,
  boundedBy,
  constantParameter,
  learnedParameter,
  positive,
  unit,
  type Parameter,
  type Transform,
} from './neurons/parameters.ts';
export type { FieldSpec, NetworkSpec } from './model/field-spec.ts';
export { registerRepresentation } from './model/representations/index.ts';
export type { Representation, RepresentationSpec, RepresentationTensor, TensorValues } from './model/representations/representation.ts';
export { gatherRows } from './backends/tfjs/custom-gradients.ts';
export type { TfjsRepresentation } from './backends/tfjs/representations/representation.ts';
export type { Lattice } from './lattice/lattice.ts';
export { registerLayerKind } from './model/layers/index.ts';
export type { LayerKind, LayerOps, LayerSize, LayerTensor } from './model/layers/layer-kind.ts';
export { registerQuantiser } from './quantisers/index.ts';
export { levelCodes } from './quantisers/level-codes.ts';
export {
  defineQuantiser,
  type CodeForm,
  type Quantiser,
  type QuantiserRecipe,
  type QuantiserState,
  type StoredCodes,
} from './quantisers/quantiser.ts';
export { createRun, openRun, type RunFolder } from './run/run-folder.ts';
export type { RunRecord } from './run/run-record.ts';
export { VERSION } from './run/version.ts';
export { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './train/checkpoint.ts';
export type { ProgressEvent, Reporter, StepMetrics } from './base/events.ts';
export { trainField, type TrainOptions, type TrainOutcome } from './train/train-field.ts';
export { knownExporters, registerExporter } from './export/index.ts';
export type { ExportedFile, Exporter, ExportSource, ExportSummary, Frame, Need } from './export/exporter.ts';
export { isSurface, surfaceOf, type Surface } from '../renderer/surface.ts';
