import { z } from 'zod';

export const activation = z.enum(['relu', 'tanh', 'sigmoid', 'elu', 'softplus']).default('relu').meta({
  title: 'Activation',
  description: 'Activation function after every layer but the last.',
});

export const initializer = z.enum(['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'leCunUniform', 'leCunNormal']).default('glorotUniform').meta({
  title: 'Initializer',
  description: 'Distribution of the first kernels; biases begin at zero.',
});
