import { z } from 'zod';
import { openIdxFolder } from './idx-folder.ts';
import type { DatasetSource } from './source.ts';

/** Where Debian's package dataset-fashion-mnist puts the files. */
const DEBIAN_FOLDER = '/usr/share/datasets/fashion-mnist';

/** SHA-256 of the uncompressed files as Zalando Research published them. */
const digests = {
  'train-images-idx3-ubyte': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  'train-labels-idx1-ubyte': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  't10k-images-idx3-ubyte': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
  't10k-labels-idx1-ubyte': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
};

const folder = z.string().min(1).default(DEBIAN_FOLDER).meta({
  title: 'Folder',
  description: "Folder with the four idx files, plain or .gz. Default: that of Debian's package dataset-fashion-mnist.",
});

export const fashionMnist: DatasetSource<{ folder: typeof folder }> = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST articles of clothing',
  inputShape: [28, 28, 1],
  classes: 10,
  bounds: { min: 0, max: 1 },
  trainExamples: 60_000,
  testExamples: 10_000,
  options: z.strictObject({ folder }),
  open(options) {
    const remedy = 'Install it (Debian: apt install dataset-fashion-mnist), or give the folder of the four idx files in the option "folder".';
    return openIdxFolder('fashion-mnist', { folder: options.folder, remedy, ...(options.folder === DEBIAN_FOLDER ? { digests } : {}) });
  },
};
