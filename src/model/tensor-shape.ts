/** Shapes of a field's tensors in files, slowest index first. */
import { neuronTensors } from '../neurons/settings.ts';
import { viewInputs, type FieldSpec } from './field-spec.ts';
import { splitTensorName, type TensorName } from './tensor-names.ts';

export function tensorShape(name: TensorName, spec: FieldSpec): number[] {
  const [x, y, z] = spec.grid.size;
  const width = spec.network?.width ?? 0;
  const of: string = splitTensorName(name).parameter;
  switch (of) {
    case 'features':
      return [z, y, x, spec.featureChannels];
    case 'w1':
      return [spec.network === null ? 0 : spec.featureChannels + viewInputs(spec.network), width];
    case 'w2':
      return [width, width];
    case 'w3':
      return [width, 3];
    case 'inputRange':
      return [2];
    case 'density':
    case 'rate':
      return [z, y, x];
    default:
      return [neuronTensors(spec.network).find((tensor) => tensor.name === of)?.length ?? 0];
  }
}
