import sharp from 'sharp';

// One core per image: the app runs as many images at once as there are cores. Nothing is kept between images.
sharp.concurrency(1);
sharp.cache(false);
// Only decoders of plain pictures. SVG (which draws other files), TIFF, PDF and all the rest stay shut.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadHeif',
  ],
});

export { sharp };
