import * as tf from '@tensorflow/tfjs-core';

let registered = false;

/**
 * Completes the WASM backend where it lacks a kernel that training needs, and replaces two: the average pool gradient,
 * which is slow, and Sign, which is 0 below some 5e-7 and so hides the small gradients that attacks live on.
 * Once per process.
 */
export function registerWasmKernels(): void {
  if (registered) return;
  registered = true;
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
      return filterGradient(x, dy, attrs as unknown as tf.Conv2DBackpropFilterAttrs);
    },
  });
  tf.unregisterKernel(tf.Sign, 'wasm');
  tf.registerKernel({
    kernelName: tf.Sign,
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => signOf(inputs['x'] as tf.Tensor),
  });
  const general = tf.getKernel(tf.AvgPoolGrad, 'wasm').kernelFunc;
  tf.unregisterKernel(tf.AvgPoolGrad, 'wasm');
  tf.registerKernel({
    kernelName: tf.AvgPoolGrad,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const { dy, input } = call.inputs as { dy: tf.Tensor4D; input: tf.Tensor4D };
      return averagePoolGradient(dy, input, call.attrs as unknown as tf.AvgPoolGradAttrs) ?? general(call);
    },
  });
}

function signOf(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.sub(tf.step(x), tf.step(tf.neg(x))));
}

/**
 * The gradient of a convolution in its filter is a convolution: the images' channels become the batch, the batch the
 * channels, the outputs' gradient the filter, and the stride the dilation.
 */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, attrs: tf.Conv2DBackpropFilterAttrs): tf.Tensor {
  return tf.tidy(() => {
    const first = attrs.dataFormat === 'NCHW';
    const images = first ? tf.transpose(x, [0, 2, 3, 1]) : x;
    const gradient = first ? tf.transpose(dy, [0, 2, 3, 1]) : dy;
    const info = tf.backend_util.computeConv2DInfo(images.shape, attrs.filterShape, attrs.strides, 1, paddingOf(attrs), attrs.dimRoundingMode);
    const { top, bottom, left, right } = info.padInfo;
    const padded = tf.pad(images, [[0, 0], [top, bottom], [left, right], [0, 0]]);
    const swapped = tf.conv2d(
      tf.transpose(padded, [3, 1, 2, 0]),
      tf.transpose(gradient, [1, 2, 0, 3]) as tf.Tensor4D,
      1,
      'valid',
      'NHWC',
      [info.strideHeight, info.strideWidth],
    );
    // A stride that does not divide the image leaves rows and columns that no output saw.
    const [height, width, inChannels, outChannels] = attrs.filterShape;
    return tf.transpose(tf.slice(swapped, [0, 0, 0, 0], [inChannels, height, width, outChannels]), [1, 2, 0, 3]);
  });
}

/** Explicit padding of an NCHW convolution, in NHWC order. */
function paddingOf({ pad: padding, dataFormat }: tf.Conv2DBackpropFilterAttrs): tf.Conv2DBackpropFilterAttrs['pad'] {
  if (typeof padding !== 'object' || dataFormat !== 'NCHW') return padding;
  const [batch, channels, height, width] = padding;
  return [batch!, height!, width!, channels!] as tf.Conv2DBackpropFilterAttrs['pad'];
}

/** Windows side by side: each gradient repeated over its window. Undefined where windows overlap, leave gaps or are padded. */
function averagePoolGradient(dy: tf.Tensor4D, input: tf.Tensor4D, attrs: tf.AvgPoolGradAttrs): tf.Tensor | undefined {
  const info = tf.backend_util.computePool2DInfo(input.shape, attrs.filterSize, attrs.strides, 1, attrs.pad);
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const { top, bottom, left, right } = padInfo;
  if (filterHeight !== strideHeight || filterWidth !== strideWidth || top + bottom + left + right > 0) return undefined;
  return tf.tidy(() => {
    const { batchSize, outHeight, outWidth, inChannels, inHeight, inWidth } = info;
    const scaled = tf.mul(dy, 1 / (filterHeight * filterWidth));
    const row = tf.concat(Array.from({ length: filterWidth }, () => scaled), 3);
    const flat = tf.reshape(row, [batchSize, outHeight, outWidth * filterWidth * inChannels]);
    const all = tf.concat(Array.from({ length: filterHeight }, () => flat), 2);
    const height = outHeight * filterHeight;
    const width = outWidth * filterWidth;
    const covered = tf.reshape(all, [batchSize, height, width, inChannels]);
    return height === inHeight && width === inWidth
      ? covered
      : tf.pad(covered, [[0, 0], [0, inHeight - height], [0, inWidth - width], [0, 0]]);
  });
}
