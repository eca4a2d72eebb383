"""`clothier train vgg19_article`: VGG19 with the article's mistake, to repeat its figures; `vgg19` is the right way.

The article divided pixels by 255 before it subtracted ImageNet's means, which are on the scale of 255. It enlarged
images by Pillow's `resize`, whose default was nearest neighbour until Pillow 7.0 of 2020. Source:
https://pillow.readthedocs.io/en/latest/releasenotes/7.0.0.html
"""

from dataclasses import replace

from clothier.recipes import vgg19

RECIPE = replace(vgg19.RECIPE, name="vgg19_article", base_pixels="article_mistake", resize="nearest")
