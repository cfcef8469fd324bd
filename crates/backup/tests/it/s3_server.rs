//! What the server leaves out of the protocol: folders (common prefixes) in lists, and refusing buckets that are not there.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use s3s::{
    S3, S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CommonPrefix,
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
        DeleteObjectsOutput, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
        ListObjectsV2Input, ListObjectsV2Output, PutObjectInput, PutObjectOutput, UploadPartInput,
        UploadPartOutput,
    },
    s3_error,
};
use s3s_fs::FileSystem;

pub(crate) struct Grouping {
    pub(crate) objects: FileSystem,
    pub(crate) root: PathBuf,
    /// So many objects are taken, and then no more.
    pub(crate) takes: Arc<AtomicUsize>,
}

type Answer<'f, T> = Pin<Box<dyn Future<Output = S3Result<S3Response<T>>> + Send + 'f>>;

macro_rules! passed_on {
    ($($name:ident: $input:ident -> $output:ident;)*) => {
        $(fn $name<'s, 'f>(&'s self, request: S3Request<$input>) -> Answer<'f, $output>
        where
            's: 'f,
            Self: 'f,
        {
            self.objects.$name(request)
        })*
    };
}

impl S3 for Grouping {
    passed_on! {
        get_object: GetObjectInput -> GetObjectOutput;
        head_object: HeadObjectInput -> HeadObjectOutput;
        delete_object: DeleteObjectInput -> DeleteObjectOutput;
        delete_objects: DeleteObjectsInput -> DeleteObjectsOutput;
        create_multipart_upload: CreateMultipartUploadInput -> CreateMultipartUploadOutput;
        upload_part: UploadPartInput -> UploadPartOutput;
        complete_multipart_upload: CompleteMultipartUploadInput -> CompleteMultipartUploadOutput;
        abort_multipart_upload: AbortMultipartUploadInput -> AbortMultipartUploadOutput;
    }

    fn put_object<'s, 'f>(
        &'s self,
        request: S3Request<PutObjectInput>,
    ) -> Answer<'f, PutObjectOutput>
    where
        's: 'f,
        Self: 'f,
    {
        let takes = |left: usize| left.checked_sub(1);
        if self.takes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, takes).is_err() {
            return Box::pin(async { Err(s3_error!(AccessDenied)) });
        }
        if self.root.join(&request.input.bucket).exists() {
            self.objects.put_object(request)
        } else {
            Box::pin(async { Err(s3_error!(NoSuchBucket)) })
        }
    }

    fn list_objects_v2<'s, 'f>(
        &'s self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<'f, ListObjectsV2Output>
    where
        's: 'f,
        Self: 'f,
    {
        let delimiter = request.input.delimiter.clone();
        let prefix = request.input.prefix.clone().unwrap_or_default();
        Box::pin(async move {
            let mut response = self.objects.list_objects_v2(request).await?;
            let Some(delimiter) = delimiter else { return Ok(response) };
            let mut prefixes = BTreeSet::new();
            let objects = response.output.contents.take().unwrap_or_default();
            let objects = objects.into_iter().filter(|object| {
                let rest = object.key.as_deref().and_then(|key| key.strip_prefix(&prefix));
                let folder = rest.and_then(|rest| rest.split_once(&delimiter));
                folder
                    .map(|(folder, _)| prefixes.insert(format!("{prefix}{folder}{delimiter}")))
                    .is_none()
            });
            response.output.contents = Some(objects.collect());
            let common = prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(prefix) });
            response.output.common_prefixes = Some(common.collect());
            Ok(response)
        })
    }
}
